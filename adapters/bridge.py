"""WebSocketBridgeAdapter: the one road from a run to its user.

It shapes and sanitises payloads for one bound context and writes them through the run journal into the
event log. Sockets are readers of that log; nobody writes to a socket from here, so a missing, slow or dead
one changes nothing for the run.
"""

import uuid
from collections import defaultdict, deque
from collections.abc import Awaitable, Mapping
from typing import Any

from services import payloads
from services.context import UserExecutionContext
from services.events import PAYLOAD_KEYS, EventType
from services.journal import RunJournal
from services.listeners import Listeners
from services.ports.events import AgentWebSocketBridge
from services.sanitising import shown_result
from services.sealed import Sealed

# Asking the enumeration for a member calls Python code: not for each event.
_STARTED, _THINKING = EventType.AGENT_STARTED, EventType.AGENT_THINKING
_EXECUTING, _COMPLETED = EventType.TOOL_EXECUTING, EventType.TOOL_COMPLETED
_PROGRESS = EventType.PROGRESS_UPDATE


class WebSocketBridgeAdapter(AgentWebSocketBridge, metaclass=Sealed):
    """The bridge of one request; the promises of each method are the role's."""

    def __init__(self, context: UserExecutionContext, journal: RunJournal, listeners: Listeners) -> None:
        self._context, self._journal, self._listeners = context, journal, listeners
        self._unnamed: defaultdict[str, deque[str]] = defaultdict(deque)

    async def notify_agent_started(
        self,
        run_id: str,
        agent_name: str,
        context: Mapping[str, Any] | None = None,
        trace_context: Mapping[str, Any] | None = None,
    ) -> bool:
        """Send ``agent_started``."""
        payload = payloads.agent_started(agent_name, context)
        return await self._send(run_id, agent_name, _STARTED, payload)

    async def notify_agent_thinking(
        self,
        run_id: str,
        agent_name: str,
        reasoning: str,
        step_number: int | None = None,
        progress_percentage: float | None = None,
        trace_context: Mapping[str, Any] | None = None,
    ) -> bool:
        """Send ``agent_thinking``; a percentage outside 0-100 is brought to its nearest bound."""
        payload = payloads.agent_thinking(reasoning, step_number, progress_percentage)
        return await self._send(run_id, agent_name, _THINKING, payload)

    async def notify_tool_executing(
        self,
        run_id: str,
        agent_name: str,
        tool_name: str,
        parameters: Mapping[str, Any] | None = None,
        *,
        call_id: str | None = None,
        trace_context: Mapping[str, Any] | None = None,
    ) -> bool:
        """Send ``tool_executing``."""
        if call_id is None:
            call_id = f"call_{uuid.uuid4().hex}"
            self._unnamed[tool_name].append(call_id)
        payload = payloads.tool_executing(tool_name, parameters, call_id)
        return await self._send(run_id, agent_name, _EXECUTING, payload, call_id)

    async def notify_tool_completed(  # noqa: PLR0913 - old callers' signature
        self,
        run_id: str,
        agent_name: str,
        tool_name: str,
        result: Any = None,
        execution_time_ms: float | None = None,
        *,
        call_id: str | None = None,
        success: bool = True,
        error: Mapping[str, str] | None = None,
        trace_context: Mapping[str, Any] | None = None,
    ) -> bool:
        """Send ``tool_completed``; ``error`` holds code and message."""
        if call_id is None and (waiting := self._unnamed.get(tool_name)):
            call_id = waiting.popleft()
        payload = payloads.tool_completed(
            tool_name, call_id, result, execution_time_ms, error, success=success
        )
        return await self._send(run_id, agent_name, _COMPLETED, payload, call_id)

    async def notify_agent_completed(
        self,
        run_id: str,
        agent_name: str,
        result: Any = None,
        execution_time_ms: float | None = None,
        trace_context: Mapping[str, Any] | None = None,
    ) -> bool:
        """Send ``agent_completed``; the answer is never cut."""
        payload = payloads.agent_completed(agent_name, result, execution_time_ms)
        return await self._send(run_id, agent_name, EventType.AGENT_COMPLETED, payload)

    async def notify_agent_error(
        self,
        run_id: str,
        agent_name: str,
        error: str,
        error_context: Mapping[str, Any] | None = None,
        trace_context: Mapping[str, Any] | None = None,
    ) -> bool:
        """Send ``agent_error``; ``error`` is text its user may read."""
        payload = payloads.agent_error(error, error_context)
        return await self._send(run_id, agent_name, EventType.AGENT_ERROR, payload)

    async def notify_progress_update(
        self, run_id: str, agent_name: str, progress: Mapping[str, Any], message: str = ""
    ) -> bool:
        """Send ``progress_update``; keys that were not given are null."""
        payload = payloads.progress_update(progress, message)
        return await self._send(run_id, agent_name, _PROGRESS, payload)

    async def notify_custom(
        self, run_id: str, agent_name: str, notification_type: str, data: Mapping[str, Any]
    ) -> bool:
        """Send an event by its type name; raises ``ValueError`` for an unknown type or wrong payload keys."""
        event_type = EventType(notification_type)
        required, optional = PAYLOAD_KEYS[event_type]
        if not required <= data.keys() <= required | optional:
            raise ValueError(f"{notification_type} needs the payload keys {', '.join(sorted(required))}")
        subject = data.get("subagent_id", data.get("call_id"))
        payload = dict(data)
        if event_type is EventType.SUBAGENT_COMPLETED:
            payload["result"] = shown_result(payload["result"])
        return await self._send(run_id, agent_name, event_type, payload, subject)

    async def settle(self) -> None:
        """Send what a cancellation cut."""
        await self._journal.settle(self._context)

    @property
    def has_listeners(self) -> bool:
        """Whether a socket or stream of this user is connected here now."""
        return self._listeners.has(self._context.user_id)

    def _send(
        self,
        run_id: str,
        agent_name: str,
        event_type: EventType,
        payload: Mapping[str, Any],
        subject: str | None = None,
    ) -> Awaitable[bool]:
        # The context's own run id is never blank or "registry", so one comparison refuses those too.
        if run_id != self._context.run_id:
            return _refused()
        return self._journal.append(self._context, event_type, agent_name, payload, subject)


async def _refused() -> bool:
    return False
