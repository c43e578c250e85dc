"""The execution engine runs one tool function: under a time limit, in a thread where it is synchronous, and
never for ever.

It decides nothing about permission and sends no events; the dispatcher does both around it. Whatever the
tool does, ``execute`` returns an ``Outcome`` or is cancelled itself.
"""

from collections.abc import Coroutine, Mapping
from functools import partial
from inspect import isawaitable
from typing import Any, NamedTuple, Self

import anyio
import structlog
from anyio.abc import TaskGroup

from services.errors import PermissionDenied, TooMuch
from services.sanitising import shown_error
from services.sealed import Sealed
from services.tools.bounding import Bounded, ResultBounds, Unserialisable
from services.tools.custody import Custody, ToolExited
from services.tools.result import ToolError
from services.tools.threads import ToolThreads
from services.tools.tool import InvalidArguments, Tool, ToolFailed

log = structlog.get_logger(__name__)

GRACE = 1.0
"""Seconds a tool may take to clean up after its time limit."""


class Outcome(NamedTuple):
    """How an execution ended: ``status`` is completed, failed, timeout or cancelled."""

    status: str
    value: Any = None
    stored: Any = None
    error: ToolError | None = None

    @property
    def succeeded(self) -> bool:
        """Whether there is a result."""
        return self.status == "completed"


CANCELLED = Outcome("cancelled", error=ToolError("cancelled", "the call was cancelled"))


class ExecutionEngine(metaclass=Sealed):
    """Runs tool functions for every request; entered and left by the application."""

    def __init__(self, threads: ToolThreads, bounds: ResultBounds, timeout: float) -> None:
        self._threads, self._bounds, self._timeout = threads, bounds, timeout
        self._running: dict[Custody, float] = {}
        self._tasks: TaskGroup | None = None
        self.running_tool: str | None = None
        self.left_behind: list[Coroutine[Any, Any, Any]] = []

    @property
    def entered(self) -> bool:
        """Whether the application has entered the engine and not left it."""
        return self._tasks is not None

    @property
    def threads(self) -> ToolThreads:
        """The pool of synchronous tools, for status pages."""
        return self._threads

    async def __aenter__(self) -> Self:
        self._tasks = await anyio.create_task_group().__aenter__()
        self._tasks.start_soon(self._watch)
        return self

    async def __aexit__(self, *exc: object) -> None:
        assert self._tasks is not None
        tasks, self._tasks = self._tasks, None
        tasks.cancel_scope.cancel()
        await tasks.__aexit__(None, None, None)

    async def execute(self, tool: Tool, arguments: Mapping[str, Any], user_id: str) -> Outcome:
        """Run the tool with validated arguments and return how it ended.

        Raises only what cancels the caller. An exception's own text stays in the log; the caller is told
        the tool's name, except for ``ToolFailed``, whose text is meant for him.
        """
        limit = tool.timeout or self._timeout
        deadline = anyio.current_time() + limit
        try:
            with anyio.CancelScope(deadline=deadline) as scope:
                value = await self._call(tool, arguments, user_id, deadline)
                return await self._completed(value)
        except TimeoutError as error:
            if anyio.current_time() < deadline:
                return self._failed(tool, error)
        except (anyio.get_cancelled_exc_class(), GeneratorExit):
            raise
        except BaseException as error:  # noqa: BLE001 - a tool may raise anything; its caller gets one kind of answer
            return self._failed(tool, error)
        else:
            assert scope.cancelled_caught
        return Outcome("timeout", error=ToolError("timeout", f"{tool.name} took longer than {limit:g} s"))

    async def _call(self, tool: Tool, arguments: Mapping[str, Any], user_id: str, deadline: float) -> Any:
        if not tool.is_async:
            value = await self._threads.run(user_id, tool.name, partial(tool.function, **arguments))
            return await self._awaited(tool, value, deadline) if isawaitable(value) else value
        return await self._awaited(tool, tool.function(**arguments), deadline)

    async def _awaited(self, tool: Tool, awaitable: Any, deadline: float) -> Any:
        custody = Custody(awaitable, tool.name, self)
        self._running[custody] = deadline
        try:
            return await custody
        finally:
            del self._running[custody]

    async def _completed(self, value: Any) -> Outcome:
        bounded: Bounded = await self._bounds.bound(value)
        error = None
        if bounded.cut:
            error = ToolError(
                "result_too_large",
                f"the result has {bounded.size} bytes, {self._bounds.passed} are passed on; "
                "the whole is kept with the call",
            )
        return Outcome("completed", bounded.value, bounded.stored, error)

    def _failed(self, tool: Tool, error: BaseException) -> Outcome:
        match error:
            case ToolFailed():
                return _failure("tool_failed", shown_error(str(error)))
            case Unserialisable():
                return _failure("tool_failed", shown_error(f"{tool.name}: {error}"))
            case TooMuch():
                return Outcome(
                    "failed",
                    error=ToolError(error.code, error.detail, retry_after_s=error.retry_after_s),
                )
            case InvalidArguments():
                return Outcome(
                    "failed", error=ToolError("invalid_arguments", shown_error(str(error)), error.errors)
                )
            case PermissionDenied():
                return _failure("permission_denied", shown_error(error.detail))
        kind = str(error) if isinstance(error, ToolExited) else type(error).__name__
        log.warning("tool_failed", tool=tool.name, error=kind, exc_info=error)
        return _failure("tool_failed", f"{tool.name} failed: {kind}")

    async def _watch(self) -> None:
        """Wake callers whose tool hides from its time limit behind a shield."""
        while True:
            await anyio.sleep(GRACE)
            late = anyio.current_time() - GRACE
            for custody in [custody for custody, deadline in self._running.items() if deadline < late]:
                custody.abandon()


def _failure(code: str, message: str) -> Outcome:
    return Outcome("failed", error=ToolError(code, message))
