"""The one dispatcher: the door of one request, open to one user, through which every tool call goes."""

import time
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Self

import anyio
import structlog

from services.context import UserExecutionContext
from services.errors import DispatcherClosed
from services.grammar import DIRECT
from services.ports.dispatching import ToolDispatcher
from services.ports.events import AgentWebSocketBridge
from services.ports.models import ToolSchema
from services.sealed import Sealed
from services.tools.admission import DispatcherAdmission
from services.tools.calls import Ask, RequestCalls
from services.tools.old_forms import legacy_answer, legacy_result
from services.tools.result import ToolError, ToolExecutionResult, ToolResult
from services.tools.toolbox import Toolbox

log = structlog.get_logger(__name__)


class RequestScopedToolDispatcher(
    ToolDispatcher,
    metaclass=Sealed,
    made_by="RequestScopedToolDispatcherFactory.create_for_request or create_scoped",
):
    """One request's tools, bound to one user. The promises of each method are the role's."""

    def __init__(
        self,
        context: UserExecutionContext,
        bridge: AgentWebSocketBridge,
        toolbox: Toolbox,
        calls: RequestCalls,
        admission: DispatcherAdmission,
    ) -> None:
        self.context, self._bridge, self._toolbox, self._requests = context, bridge, toolbox, calls
        self._admission = admission
        self.dispatcher_id = f"dispatcher_{uuid.uuid4().hex}"
        self._created, self._born = datetime.now(UTC), time.monotonic()
        self._opening: anyio.Lock | None = None
        self._open = self._closed = self._held = False
        self._in_flight = 0

    async def open(self) -> None:
        """Take a place among the user's live dispatchers; may be called twice. Raises ``TooMuch``."""
        self._refuse_when_closed()
        if self._open:
            return
        if self._opening is None:
            self._opening = anyio.Lock()
        async with self._opening:
            if not self._open:
                await self._admission.admit(self.context.user_id, self)
                self._open = True
        if self._closed:
            self._admission.release(self.context.user_id, self)
            raise DispatcherClosed(self.dispatcher_id)

    async def __aenter__(self) -> Self:
        self._held = True
        await self.open()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.cleanup()

    async def cleanup(self) -> None:
        """Close; may be called twice, from any task."""
        if self._closed:
            return
        self._closed = True
        self._admission.release(self.context.user_id, self)
        await self._bridge.settle()

    @property
    def idle(self) -> bool:
        """Whether nobody would miss it: not held by a scope, no call in flight."""
        return not (self._held or self._in_flight)

    async def execute_tool(
        self,
        tool_name: str,
        parameters: dict[str, Any] | None = None,
        *,
        require_permission_check: bool = True,
        agent_name: str = DIRECT,
        state: Any = None,
    ) -> ToolExecutionResult:
        """Call a tool; see the role."""
        self._refuse_when_closed()
        self._in_flight += 1
        try:
            if not self._open:
                await self.open()
            tool = self._toolbox.get(tool_name)
            if tool is None:
                return self._requests.refusal(
                    tool_name, ToolError("tool_not_found", self._toolbox.unknown(tool_name))
                )
            self._requests.authorise(tool, checked=require_permission_check)
            return await self._requests.run(
                tool, Ask({} if parameters is None else parameters, agent_name, state)
            )
        finally:
            self._in_flight -= 1
            if self.idle:
                self._admission.changed(self.context.user_id)

    async def dispatch_tool(
        self,
        tool_name: str,
        parameters: dict[str, Any],
        state: Any = None,
        run_id: str | None = None,
        **kwargs: Any,
    ) -> dict[str, Any]:
        """Call a tool for an old caller; see the role."""
        self._refuse_when_closed()
        if run_id is not None and run_id != self.context.run_id:
            self._requests.count("security_violations")
            log.warning("foreign_run_id", dispatcher_id=self.dispatcher_id, user_id=self.context.user_id)
            return legacy_answer(tool_name, run_id, error=f"tool {tool_name!r} not found in this run")
        result = await self.execute_tool(tool_name, parameters, state=state)
        error = None if result.success or result.error is None else result.error.message
        return legacy_answer(tool_name, self.context.run_id, result=result.result, error=error)

    async def dispatch(self, tool_name: str, **kwargs: Any) -> ToolResult:
        """Call a tool for an old caller; see the role."""
        started = time.time()
        return legacy_result(kwargs, await self.execute_tool(tool_name, kwargs), started)

    def has_tool(self, tool_name: str) -> bool:
        """Whether this dispatcher knows the name."""
        self._refuse_when_closed()
        return self._toolbox.get(tool_name) is not None

    def register_tool(self, tool: Any, tool_func: Any = None, description: str | None = None) -> None:
        """Add a tool to this dispatcher alone; see the role."""
        self._refuse_when_closed()
        self._toolbox.register(tool, tool_func, description)

    def offer_only(self, tools: Sequence[object]) -> None:
        """Have these tools and no others; for the factory, before the first call."""
        self._toolbox.offer_only(tools)

    def get_available_tools(self) -> list[str]:
        """Return the names."""
        return list(self.tools)

    def schemas(self, patterns: tuple[str, ...] = ("*",)) -> Sequence[ToolSchema]:
        """Return what a model is told; see the role."""
        self._refuse_when_closed()
        return self._toolbox.schemas(patterns)

    @property
    def tools(self) -> dict[str, Any]:
        """Name → tool, as a copy."""
        self._refuse_when_closed()
        return dict(self._toolbox.tools)

    @property
    def has_websocket_support(self) -> bool:
        """Whether somebody is listening now."""
        self._refuse_when_closed()
        return self._bridge.has_listeners

    @property
    def websocket_bridge(self) -> AgentWebSocketBridge:
        """The bridge events take."""
        self._refuse_when_closed()
        return self._bridge

    def get_metrics(self) -> dict[str, Any]:
        """Return this dispatcher's figures."""
        return {
            **self._requests.figures.to_dict(),
            "last_execution_time": self._requests.last_execution,
            "total_tools_registered": len(self.tools),
            "created_at": self._created,
            "uptime_seconds": time.monotonic() - self._born,
            "user_id": self.context.user_id,
            "run_id": self.context.run_id,
            "context_id": self.context.request_id,
            "dispatcher_id": self.dispatcher_id,
            "has_websocket_support": self._bridge.has_listeners,
            "is_active": True,
        }

    def _refuse_when_closed(self) -> None:
        if self._closed:
            raise DispatcherClosed(self.dispatcher_id)
