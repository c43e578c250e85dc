"""The dispatcher that was going to replace all others, and its factory."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from helpdesk.context import UserExecutionContext
from helpdesk.dispatching.calling import ToolExecutionResult, call
from helpdesk.realtime.bridge import AgentWebSocketBridge, create_agent_websocket_bridge

Tools = Sequence[Callable[..., Any]]


class UnifiedToolDispatcher:
    """Tools of one user, with events."""

    def __init__(
        self, user_context: UserExecutionContext, tools: Tools, websocket_bridge: AgentWebSocketBridge
    ) -> None:
        self.user_context = user_context
        self.websocket_bridge = websocket_bridge
        self.tools = {tool.__name__: tool for tool in tools}

    @classmethod
    async def create_for_user(
        cls,
        user_context: UserExecutionContext,
        websocket_bridge: AgentWebSocketBridge | None = None,
        tools: Tools | None = None,
        enable_admin_tools: bool = False,
    ) -> "UnifiedToolDispatcher":
        """Return a dispatcher for a user."""
        if enable_admin_tools and "admin" not in user_context.roles:
            raise PermissionError("only administrators have admin tools")
        bridge = websocket_bridge or create_agent_websocket_bridge(user_context)
        return cls(user_context, tools or (), bridge)

    @classmethod
    @asynccontextmanager
    async def create_scoped(
        cls, user_context: UserExecutionContext, tools: Tools | None = None
    ) -> AsyncIterator["UnifiedToolDispatcher"]:
        """Hold a dispatcher for the block."""
        dispatcher = await cls.create_for_user(user_context, tools=tools)
        try:
            yield dispatcher
        finally:
            await dispatcher.cleanup()

    async def execute_tool(
        self, tool_name: str, parameters: dict[str, Any] | None = None
    ) -> ToolExecutionResult:
        """Call a tool and tell the user's page."""
        run_id, tool = self.user_context.run_id, self.tools.get(tool_name)
        if tool is None:
            return ToolExecutionResult(False, tool_name, error=f"tool {tool_name} not found")
        if getattr(tool, "admin", False) and "admin" not in self.user_context.roles:
            raise PermissionError(f"{tool_name} is for administrators")
        await self.websocket_bridge.notify_tool_executing(run_id, "direct", tool_name, parameters)
        result = await call(tool, self.user_context, parameters or {})
        await self.websocket_bridge.notify_tool_completed(run_id, "direct", tool_name, result.result)
        return result

    def has_tool(self, tool_name: str) -> bool:
        """Whether the name is known."""
        return tool_name in self.tools

    async def cleanup(self) -> None:
        """Forget the tools."""
        self.tools = {}


class UnifiedToolDispatcherFactory:
    """Makes unified dispatchers."""

    @staticmethod
    async def create_for_request(
        user_context: UserExecutionContext,
        websocket_manager: AgentWebSocketBridge | None = None,
        tools: Tools | None = None,
    ) -> UnifiedToolDispatcher:
        """Return a dispatcher for a request."""
        return UnifiedToolDispatcher(
            user_context, tools or (), websocket_manager or AgentWebSocketBridge(user_context)
        )


Dispatcher = UnifiedToolDispatcher
