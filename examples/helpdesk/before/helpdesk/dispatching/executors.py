"""A factory for those who think that the factories are too many."""

from collections.abc import Callable, Sequence
from typing import Any

from helpdesk.context import UserExecutionContext
from helpdesk.dispatching.per_agent import ToolDispatcher
from helpdesk.dispatching.request_scoped import RequestScopedToolDispatcher as Scoped


class ToolExecutorFactory:
    """Makes whatever executes tools."""

    @staticmethod
    async def create_request_scoped_dispatcher(
        user_context: UserExecutionContext,
        tools: Sequence[Callable[..., Any]] | None = None,
        websocket_manager: object = None,
    ) -> Scoped:
        """Return a dispatcher for a request."""
        return Scoped(user_context, tools or ())

    @staticmethod
    async def create_tool_executor(
        user_context: UserExecutionContext,
        tools: Sequence[Callable[..., Any]] | None = None,
        websocket_manager: object = None,
    ) -> ToolDispatcher:
        """Return an executor, which is a dispatcher."""
        return ToolDispatcher(user_context, tools or ())
