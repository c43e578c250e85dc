"""The base agent: what every agent is given, and the events around its work.

``run`` wraps ``execute``: started before, completed or error after, whatever happens in between. Inside
``execute`` any framework may be used; tools are reached through the dispatcher only.
"""

import time
from abc import abstractmethod
from typing import Any, ClassVar

import anyio
import structlog

from services.agents.request import AgentFailed, AgentRequest, AgentResult
from services.context import UserExecutionContext
from services.errors import Refused
from services.ports.dispatching import ToolDispatcher
from services.ports.events import AgentWebSocketBridge
from services.ports.models import ChatModel, ModelError
from services.sealed import Sealed

log = structlog.get_logger(__name__)

LAST_WORDS = 5.0
"""Seconds in which a cancelled agent may still say that it ended."""


class BaseAgent(metaclass=Sealed, made_by="open_request, which gives each request its own agents"):
    """An agent of one request. ``name`` and ``description`` are what users and supervisors know it by."""

    name: ClassVar[str] = ""
    description: ClassVar[str] = ""

    def __init__(
        self,
        context: UserExecutionContext,
        dispatcher: ToolDispatcher,
        bridge: AgentWebSocketBridge,
        model: ChatModel,
        steps: int,
    ) -> None:
        self.context, self.dispatcher, self.bridge, self.model, self.steps = (
            context,
            dispatcher,
            bridge,
            model,
            steps,
        )

    @abstractmethod
    async def execute(self, request: AgentRequest) -> AgentResult:
        """Do the work and return the answer, or raise ``AgentFailed``."""

    async def run(self, request: AgentRequest) -> AgentResult:
        """Execute with the events around it; raises ``AgentFailed`` after the failure was told. Safe to
        cancel.
        """
        started = time.perf_counter()
        await self._started(request)
        try:
            result = await self.execute(request)
        except anyio.get_cancelled_exc_class():
            with anyio.CancelScope(shield=True, deadline=anyio.current_time() + LAST_WORDS):
                await self._ended(request, request.why_cancelled(), started)
            raise
        except Exception as error:
            failure = self.failure(error)
            await self._ended(request, failure, started)
            raise failure from error
        await self._ended(request, result, started)
        return result

    async def think(self, reasoning: str, step: int | None = None, percentage: float | None = None) -> None:
        """Tell the user what this agent is about to do."""
        await self.bridge.notify_agent_thinking(
            self.context.run_id, self.name, reasoning, step_number=step, progress_percentage=percentage
        )

    def failure(self, error: Exception) -> AgentFailed:
        """Turn what went wrong into words for the user; the details go to the log."""
        if isinstance(error, AgentFailed):
            return error
        if isinstance(error, ModelError):
            return AgentFailed(error.detail, error_type="model_error", retryable=error.retryable)
        if isinstance(error, Refused):
            return AgentFailed(str(error), error_type=error.code, retryable=error.retry_after_s is not None)
        log.error("agent_failed", agent=self.name, error=type(error).__name__, exc_info=error)
        reference = self.context.get_correlation_id()
        return AgentFailed(f"something went wrong inside the agent (reference {reference})", retryable=True)

    async def _started(self, request: AgentRequest) -> None:
        if request.subagent_id is None:
            await self.bridge.notify_agent_started(self.context.run_id, self.name, request.context)
        else:
            told = {"subagent_name": self.name, "subagent_id": request.subagent_id}
            await self.bridge.notify_custom(self.context.run_id, self.name, "subagent_started", told)

    async def _ended(self, request: AgentRequest, outcome: AgentResult | AgentFailed, started: float) -> None:
        milliseconds = round((time.perf_counter() - started) * 1000, 3)
        if request.settle is not None:
            await request.settle(outcome)
        if request.subagent_id is not None:
            await self._subagent_ended(request.subagent_id, outcome, milliseconds)
        elif isinstance(outcome, AgentResult):
            await self.bridge.notify_agent_completed(
                self.context.run_id, self.name, outcome.answer, milliseconds
            )
        else:
            context = {"error_type": outcome.error_type, "agent_step": None, "retryable": outcome.retryable}
            await self.bridge.notify_agent_error(self.context.run_id, self.name, outcome.message, context)

    async def _subagent_ended(
        self, subagent_id: str, outcome: AgentResult | AgentFailed, milliseconds: float
    ) -> None:
        result: Any = outcome.answer if isinstance(outcome, AgentResult) else {"error": outcome.message}
        told = {
            "subagent_name": self.name,
            "subagent_id": subagent_id,
            "result": result,
            "duration_ms": milliseconds,
        }
        await self.bridge.notify_custom(self.context.run_id, self.name, "subagent_completed", told)
