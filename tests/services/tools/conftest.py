"""A workbench: the tool pipeline with real parts, a fake clock and a log to read."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import orjson
import pytest

from adapters.alone.limits import MemoryLimits
from adapters.bridge import WebSocketBridgeAdapter
from adapters.event_log.memory import LogBounds, MemoryEventLog
from services.context import UserExecutionContext
from services.deliveries import Deliveries
from services.journal import RunJournal
from services.places import Places
from services.sending import EventSender
from services.tools import Tool, tool_from_function
from services.tools.admission import DispatcherAdmission
from services.tools.bounding import ResultBounds
from services.tools.calls import RequestCalls
from services.tools.catalog import ToolCatalog
from services.tools.dispatcher import RequestScopedToolDispatcher
from services.tools.engine import ExecutionEngine
from services.tools.limits import CallBounds, CallLimits
from services.tools.pipeline import ToolPipeline
from services.tools.policy import ToolPolicy
from services.tools.recorder import CallRecorder
from services.tools.threads import ToolThreads
from services.tools.toolbox import Toolbox
from tests.build import build
from tests.fakes import CountedMetrics, FakeClock, KeptCalls, NobodyListens


@dataclass
class Workbench:
    """Makes dispatchers of any user over one set of parts."""

    tools: list[Any] = field(default_factory=list)
    open_unlisted: bool = True
    timeout: float = 5.0
    live: int = 10
    wait: float = 0.05
    bounds: CallBounds = field(default_factory=lambda: CallBounds(10, 200, 10_000, wait=0.05))
    results: ResultBounds = field(default_factory=lambda: ResultBounds(65_536, 134_217_728))

    def __post_init__(self) -> None:
        self.clock, self.kept, self.metrics = FakeClock(), KeptCalls(), CountedMetrics()
        self.listeners = NobodyListens()
        self.log = build(MemoryEventLog, self.clock, LogBounds(10_000, 1 << 26, 600))
        deliveries = build(Deliveries, None, self.metrics)  # without runs in a store nothing is noted there
        sender = build(EventSender, self.log, self.metrics, deliveries, 1000)
        self.journal = build(RunJournal, sender, self.log, deliveries, self.clock)
        self.threads = build(ToolThreads, 4, 2)

    def assemble(self) -> None:
        """Put the pipeline together, once the fields are as the test wants them."""
        made = [t if isinstance(t, Tool) else tool_from_function(t) for t in self.tools]
        self.engine = build(ExecutionEngine, self.threads, self.results, self.timeout)
        limits = build(MemoryLimits, self.clock)
        self.limits = build(CallLimits, self.bounds, limits, build(Places, limits))
        self.admission = build(DispatcherAdmission, self.live, self.wait)
        self.pipeline = build(
            ToolPipeline,
            build(ToolCatalog, [_Kit(made)]),
            build(ToolPolicy, self.open_unlisted),
            self.limits,
            self.engine,
            build(CallRecorder, self.kept, self.metrics, self.clock),
            _read,
        )

    def dispatcher(self, user: str = "user-1", run: str = "run-1", roles: set[str] | None = None) -> Any:
        context = UserExecutionContext(user, "thread-1", run, roles=frozenset(roles or {"user"}))
        bridge = build(WebSocketBridgeAdapter, context, self.journal, self.listeners)
        toolbox = build(Toolbox, context, self.pipeline)
        calls = build(RequestCalls, context, bridge, self.pipeline)
        return build(RequestScopedToolDispatcher, context, bridge, toolbox, calls, self.admission)

    async def events(self, user: str = "user-1") -> list[dict[str, Any]]:
        return [orjson.loads(frame.data) for frame in await self.log.read(user, 0, 10_000)]


class _Kit:
    def __init__(self, tools: list[Tool]) -> None:
        self._tools = tools

    def tools(self) -> list[Tool]:
        return self._tools


def _read(tool: Any, function: Any = None, description: str | None = None) -> Tool:
    if function is not None:
        return tool_from_function(function, name=tool, description=description)
    return tool if isinstance(tool, Tool) else tool_from_function(tool)


@pytest.fixture
def bench() -> Workbench:
    """A workbench; ``assembled`` sets its fields and puts it together."""
    return Workbench()


@pytest.fixture
async def assembled(bench: Workbench) -> AsyncIterator[Any]:
    """Call it with changes to get the workbench assembled and its engine running."""
    entered: list[ExecutionEngine] = []

    async def assemble(*tools: Any, **changes: Any) -> Workbench:
        bench.tools = list(tools)
        for name, value in changes.items():
            setattr(bench, name, value)
        bench.assemble()
        entered.append(await bench.engine.__aenter__())
        return bench

    yield assemble
    for engine in entered:
        await engine.__aexit__(None, None, None)
