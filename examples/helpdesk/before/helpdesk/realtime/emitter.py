"""The second bridge, by those who found the first one too long-winded."""

from typing import Any

from helpdesk.context import UserExecutionContext
from helpdesk.realtime.bus import bus


class UserWebSocketEmitter:
    """Emits for one user."""

    def __init__(self, user_context: UserExecutionContext) -> None:
        self._user_context = user_context

    async def emit_agent_started(self, agent_name: str) -> bool:
        """Tell that an agent begins."""
        return await self.send_event("agent_started", agent_name, {})

    async def emit_agent_thinking(self, agent_name: str, reasoning: str) -> bool:
        """Tell what an agent thinks."""
        return await self.send_event("agent_thinking", agent_name, {"reasoning": reasoning})

    async def emit_agent_completed(self, agent_name: str, result: Any = None) -> bool:
        """Tell that an agent has ended."""
        return await self.send_event("agent_completed", agent_name, {"result": result})

    async def send_event(self, kind: str, agent_name: str, payload: dict[str, Any]) -> bool:
        """Tell anything."""
        event = {
            "type": kind,
            "run_id": self._user_context.run_id,
            "agent_name": agent_name,
            "payload": payload,
        }
        bus.publish(self._user_context.user_id, event)
        return True


def create_user_emitter(user_context: UserExecutionContext) -> UserWebSocketEmitter:
    """Return an emitter for a user."""
    return UserWebSocketEmitter(user_context)
