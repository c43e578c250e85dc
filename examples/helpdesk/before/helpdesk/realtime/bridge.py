"""The first bridge: agents tell a user's page what they do."""

from collections.abc import Mapping
from typing import Any

from helpdesk.context import UserExecutionContext
from helpdesk.realtime.bus import bus


class AgentWebSocketBridge:
    """Bound to one context."""

    def __init__(self, context: UserExecutionContext) -> None:
        self._context = context

    async def notify_agent_started(
        self, run_id: str, agent_name: str, context: Mapping[str, Any] | None = None
    ) -> bool:
        """Tell that an agent begins."""
        return self._publish("agent_started", agent_name, {"context": dict(context or {})})

    async def notify_agent_thinking(self, run_id: str, agent_name: str, reasoning: str) -> bool:
        """Tell what an agent thinks."""
        return self._publish("agent_thinking", agent_name, {"reasoning": reasoning})

    async def notify_tool_executing(
        self, run_id: str, agent_name: str, tool_name: str, parameters: Mapping[str, Any] | None = None
    ) -> bool:
        """Tell that a tool begins."""
        payload = {"tool_name": tool_name, "parameters": dict(parameters or {})}
        return self._publish("tool_executing", agent_name, payload)

    async def notify_tool_completed(
        self, run_id: str, agent_name: str, tool_name: str, result: Any = None
    ) -> bool:
        """Tell that a tool has ended."""
        return self._publish("tool_completed", agent_name, {"tool_name": tool_name, "result": result})

    async def notify_agent_completed(self, run_id: str, agent_name: str, result: Any = None) -> bool:
        """Tell that an agent has ended."""
        return self._publish("agent_completed", agent_name, {"result": result})

    def _publish(self, kind: str, agent_name: str, payload: dict[str, Any]) -> bool:
        event = {
            "type": kind, "run_id": self._context.run_id, "agent_name": agent_name, "payload": payload
        }  # fmt: skip
        bus.publish(self._context.user_id, event)
        return True


def create_agent_websocket_bridge(user_context: UserExecutionContext) -> AgentWebSocketBridge:
    """Return a bridge for a user."""
    return AgentWebSocketBridge(user_context)
