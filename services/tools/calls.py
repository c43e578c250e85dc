"""One admitted tool call: announced, executed, recorded, and completed exactly once whatever happens.

Refusals before the start (wrong arguments, no permission, limits) send no event. ``tool_completed`` is sent
from one place, also when the tool times out, is cancelled, or raises what nobody expects.
"""

import time
import uuid
from collections.abc import Awaitable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

import structlog

from services.context import UserExecutionContext
from services.errors import GrammarError, PermissionDenied, TooMuch, Unavailable
from services.ports.events import AgentWebSocketBridge
from services.sealed import Sealed
from services.tools.engine import CANCELLED, Outcome
from services.tools.metering import CallFigures
from services.tools.pipeline import ToolPipeline
from services.tools.relay import Report, relayed
from services.tools.result import ToolError, ToolExecutionResult
from services.tools.tool import Injected, InvalidArguments, Tool

log = structlog.get_logger(__name__)


class Ask(NamedTuple):
    """What the caller wants: ``parameters`` as given, ``state`` for tools that take one."""

    parameters: Mapping[str, Any]
    agent_name: str
    state: Any = None


class RequestCalls(metaclass=Sealed):
    """Runs the calls of one request and counts them."""

    def __init__(
        self, context: UserExecutionContext, bridge: AgentWebSocketBridge, pipeline: ToolPipeline
    ) -> None:
        self._context, self._bridge, self._pipeline = context, bridge, pipeline
        self.figures = CallFigures()
        self.last_execution: datetime | None = None

    def authorise(self, tool: Tool, *, checked: bool) -> None:
        """Return, or raise ``PermissionDenied``; ``checked=False`` asks to leave the check out."""
        policy = self._pipeline.policy
        self.figures.permission_checks += 1
        self._pipeline.totals.permission_checks += 1
        try:
            if not checked and not policy.may_skip_checks(self._context):
                self.count("security_violations")
                raise PermissionDenied("only administrators may leave out the permission check")
            policy.authorise(self._context, tool)
        except PermissionDenied:
            self.count("permission_denials")
            self._pipeline.recorder.refused("permission_denied")
            raise

    async def run(self, tool: Tool, ask: Ask) -> ToolExecutionResult:
        """Validate, admit and execute; raises only what cancels the caller."""
        try:
            arguments = tool.validate(ask.parameters)
            if tool.requires_approval:
                return self.refusal(
                    tool.name, ToolError("approval_denied", "nobody here can approve this tool")
                )
            await self._pipeline.limits.acquire(self._context.user_id)
        except InvalidArguments as error:
            return self.refusal(tool.name, ToolError("invalid_arguments", str(error), error.errors))
        except (TooMuch, Unavailable) as error:
            return self.refusal(
                tool.name, ToolError(error.code, error.detail, retry_after_s=error.retry_after_s)
            )
        try:
            return await self._announced(tool, ask, arguments)
        finally:
            self._pipeline.limits.release(self._context.user_id)

    def refusal(self, tool_name: str, error: ToolError) -> ToolExecutionResult:
        """Return the result of a call that never started."""
        self._pipeline.recorder.refused(error.code)
        self.count("failed_executions")
        return self._result(f"call_{uuid.uuid4().hex}", tool_name, Outcome("failed", error=error), 0.0)

    def count(self, figure: str) -> None:
        """Count one of ``CallFigures``, here and in the application's total."""
        for figures in (self.figures, self._pipeline.totals):
            setattr(figures, figure, getattr(figures, figure) + 1)

    async def _announced(self, tool: Tool, ask: Ask, arguments: dict[str, Any]) -> ToolExecutionResult:
        call_id, outcome = f"call_{uuid.uuid4().hex}", CANCELLED
        started, milliseconds, announced = time.perf_counter(), 0.0, True
        try:
            await self._tell(
                self._bridge.notify_tool_executing(
                    self._context.run_id, ask.agent_name, tool.name, ask.parameters, call_id=call_id
                )
            )
            outcome = await self._outcome(tool, ask, arguments)
        except GrammarError:
            announced = False
            raise
        finally:
            milliseconds = round((time.perf_counter() - started) * 1000, 3)
            if announced:
                self._record(call_id, tool.name, ask, outcome, milliseconds)
                await self._tell(self._completion(call_id, tool.name, ask, outcome, milliseconds))
        return self._result(call_id, tool.name, outcome, milliseconds)

    async def _outcome(self, tool: Tool, ask: Ask, arguments: dict[str, Any]) -> Outcome:
        engine, user_id = self._pipeline.engine, self._context.user_id
        if not tool.injected:
            return await engine.execute(tool, arguments, user_id)
        given = {Injected.CONTEXT: self._context, Injected.STATE: ask.state}
        if Injected.PROGRESS not in tool.injected.values():
            arguments |= {name: given[wish] for name, wish in tool.injected.items()}
            return await engine.execute(tool, arguments, user_id)

        async def send(report: Report) -> None:
            await self._tell(
                self._bridge.notify_progress_update(
                    self._context.run_id, ask.agent_name, report, str(report["message"])
                )
            )

        async with relayed(send) as progress:
            arguments |= {name: given.get(wish, progress) for name, wish in tool.injected.items()}
            return await engine.execute(tool, arguments, user_id)

    def _completion(
        self, call_id: str, tool_name: str, ask: Ask, outcome: Outcome, milliseconds: float
    ) -> Awaitable[bool]:
        error = outcome.error
        return self._bridge.notify_tool_completed(
            self._context.run_id,
            ask.agent_name,
            tool_name,
            outcome.value,
            milliseconds,
            call_id=call_id,
            success=outcome.succeeded,
            error=None if error is None else {"code": error.code, "message": error.message},
        )

    async def _tell(self, notification: Awaitable[bool]) -> None:
        try:
            if await notification:
                self.figures.websocket_events_sent += 1
                self._pipeline.totals.websocket_events_sent += 1
        except GrammarError:
            raise
        except Exception as error:  # noqa: BLE001 - delivery never changes a result, whatever a bridge does
            log.warning("event_not_delivered", run_id=self._context.run_id, error=type(error).__name__)

    def _record(self, call_id: str, tool_name: str, ask: Ask, outcome: Outcome, milliseconds: float) -> None:
        for figures in (self.figures, self._pipeline.totals):
            figures.executed(milliseconds, success=outcome.succeeded)
        self.last_execution = datetime.now(UTC)
        self._pipeline.recorder.finished(
            self._context, call_id, tool_name, ask.parameters, outcome, milliseconds
        )

    def _result(
        self, call_id: str, tool_name: str, outcome: Outcome, milliseconds: float
    ) -> ToolExecutionResult:
        return ToolExecutionResult(
            success=outcome.succeeded,
            tool_name=tool_name,
            call_id=call_id,
            result=outcome.value,
            error=outcome.error,
            execution_time_ms=milliseconds,
            user_id=self._context.user_id,
            run_id=self._context.run_id,
        )
