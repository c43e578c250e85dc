"""The dispatcher of the agents, older than users: the desk had one team then."""

from collections.abc import Callable, Sequence
from typing import Any

from helpdesk.context import UserExecutionContext
from helpdesk.dispatching.calling import call
from helpdesk.realtime.bridge import create_agent_websocket_bridge


class ToolDispatcher:
    """Tools of an agent."""

    def __init__(self, user_context: UserExecutionContext, tools: Sequence[Callable[..., Any]]) -> None:
        self.user_context = user_context
        self.tools = {tool.__name__: tool for tool in tools}
        self._bridge = create_agent_websocket_bridge(user_context)

    @classmethod
    async def create_request_scoped_dispatcher(
        cls, user_context: UserExecutionContext, tools: Sequence[Callable[..., Any]] | None = None
    ) -> "ToolDispatcher":
        """Return a dispatcher for a request."""
        return cls(user_context, tools or ())

    async def dispatch_tool(
        self, tool_name: str, parameters: dict[str, Any], state: Any = None, run_id: str | None = None
    ) -> dict[str, Any]:
        """Call a tool."""
        run = run_id or self.user_context.run_id
        metadata = {"tool_name": tool_name, "run_id": run}
        if tool_name not in self.tools:
            return {"success": False, "error": f"tool {tool_name} not found", "metadata": metadata}
        await self._bridge.notify_tool_executing(run, "direct", tool_name, parameters)
        outcome = await call(self.tools[tool_name], self.user_context, parameters)
        await self._bridge.notify_tool_completed(run, "direct", tool_name, outcome.result)
        if outcome.success:
            return {"success": True, "result": outcome.result, "metadata": metadata}
        return {"success": False, "error": outcome.error, "metadata": metadata}

    async def cleanup(self) -> None:
        """Nothing to do."""
