"""Old emitters: ``emit_*`` and ``send_event`` over the one bridge, with the run's id filled in."""

from collections.abc import Mapping
from typing import Any

from services.grammar import DIRECT
from services.ports.events import AgentWebSocketBridge


class UserWebSocketEmitter:
    """Speaks for one context. Each method returns what the bridge's method of the same name returns."""

    def __init__(self, bridge: AgentWebSocketBridge, run_id: str) -> None:
        self._bridge, self._run_id = bridge, run_id

    async def emit_agent_started(self, agent_name: str, context: Mapping[str, Any] | None = None) -> bool:
        """Send ``agent_started``."""
        return await self._bridge.notify_agent_started(self._run_id, agent_name, context)

    async def emit_agent_thinking(
        self,
        agent_name: str,
        reasoning: str,
        step_number: int | None = None,
        progress_percentage: float | None = None,
    ) -> bool:
        """Send ``agent_thinking``."""
        return await self._bridge.notify_agent_thinking(
            self._run_id, agent_name, reasoning, step_number, progress_percentage
        )

    async def emit_tool_executing(
        self, agent_name: str, tool_name: str, parameters: Mapping[str, Any] | None = None
    ) -> bool:
        """Send ``tool_executing``; a dispatcher's own calls send it already."""
        return await self._bridge.notify_tool_executing(self._run_id, agent_name, tool_name, parameters)

    async def emit_tool_completed(
        self, agent_name: str, tool_name: str, result: Any = None, execution_time_ms: float | None = None
    ) -> bool:
        """Send ``tool_completed``; a dispatcher's own calls send it already."""
        return await self._bridge.notify_tool_completed(
            self._run_id, agent_name, tool_name, result, execution_time_ms
        )

    async def emit_agent_completed(
        self, agent_name: str, result: Any = None, execution_time_ms: float | None = None
    ) -> bool:
        """Send ``agent_completed``."""
        return await self._bridge.notify_agent_completed(self._run_id, agent_name, result, execution_time_ms)

    async def emit_agent_error(
        self, agent_name: str, error: str, error_context: Mapping[str, Any] | None = None
    ) -> bool:
        """Send ``agent_error``; ``error`` is text its user may read."""
        return await self._bridge.notify_agent_error(self._run_id, agent_name, error, error_context)

    async def emit_progress_update(
        self, agent_name: str, progress: Mapping[str, Any], message: str = ""
    ) -> bool:
        """Send ``progress_update``."""
        return await self._bridge.notify_progress_update(self._run_id, agent_name, progress, message)

    async def send_event(self, event_type: str, data: Mapping[str, Any], agent_name: str = DIRECT) -> bool:
        """Send an event by its type; raises ``ValueError`` for an unknown type or wrong payload keys."""
        return await self._bridge.notify_custom(self._run_id, agent_name, event_type, data)
