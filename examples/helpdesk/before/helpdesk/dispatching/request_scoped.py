"""The dispatcher of the requests, written after two users had seen one another's tickets."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from helpdesk.context import UserExecutionContext
from helpdesk.dispatching.calling import ToolExecutionResult, call
from helpdesk.realtime.bridge import create_agent_websocket_bridge


class RequestScopedToolDispatcher:
    """Tools of one request."""

    def __init__(self, user_context: UserExecutionContext, tools: Sequence[Callable[..., Any]]) -> None:
        self._user_context = user_context
        self._tools = {tool.__name__: tool for tool in tools}
        self._closed = False

    async def execute_tool(
        self, tool_name: str, parameters: dict[str, Any] | None = None
    ) -> ToolExecutionResult:
        """Call a tool and tell the user's page."""
        if self._closed:
            raise RuntimeError("the dispatcher is closed")
        if tool_name not in self._tools:
            return ToolExecutionResult(False, tool_name, error=f"tool {tool_name} not found")
        bridge = create_agent_websocket_bridge(self._user_context)
        await bridge.notify_tool_executing(self._user_context.run_id, "direct", tool_name, parameters)
        result = await call(self._tools[tool_name], self._user_context, parameters or {})
        await bridge.notify_tool_completed(self._user_context.run_id, "direct", tool_name, result.result)
        return result

    async def cleanup(self) -> None:
        """Close."""
        self._closed = True


async def create_request_scoped_tool_dispatcher(
    user_context: UserExecutionContext,
    tools: Sequence[Callable[..., Any]] | None = None,
    websocket_emitter: object = None,
) -> RequestScopedToolDispatcher:
    """Return a dispatcher for a request."""
    return RequestScopedToolDispatcher(user_context, tools or ())


@asynccontextmanager
async def request_scoped_tool_dispatcher_scope(
    user_context: UserExecutionContext, tools: Sequence[Callable[..., Any]] | None = None
) -> AsyncIterator[RequestScopedToolDispatcher]:
    """Hold a dispatcher for the block."""
    dispatcher = await create_request_scoped_tool_dispatcher(user_context, tools)
    try:
        yield dispatcher
    finally:
        await dispatcher.cleanup()
