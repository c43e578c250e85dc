"""Finding articles. It needed no tickets, so it has a dispatcher and a factory of its own."""

from typing import Any

from helpdesk.app import HelpDesk
from helpdesk.context import UserExecutionContext
from helpdesk.dispatching.calling import ToolExecutionResult, call
from helpdesk.realtime.bridge import create_agent_websocket_bridge


class ArticleSearch:
    """The search of one desk."""

    class SearchDispatcherFactory:
        """Makes dispatchers that can only search."""

        def __init__(self, desk: HelpDesk) -> None:
            self._tools = {tool.__name__: tool for tool in desk.tools if "search" in tool.__name__}

        def create(self, context: UserExecutionContext) -> Any:
            """Return a dispatcher for a user."""
            tools = self._tools

            class SearchDispatcher:
                async def execute_tool(
                    self, tool_name: str, parameters: dict[str, Any]
                ) -> ToolExecutionResult:
                    bridge = create_agent_websocket_bridge(context)
                    await bridge.notify_tool_executing(context.run_id, "direct", tool_name, parameters)
                    found = await call(tools[tool_name], context, parameters)
                    await bridge.notify_tool_completed(context.run_id, "direct", tool_name, found.result)
                    return found

            return SearchDispatcher()

    def __init__(self, desk: HelpDesk) -> None:
        self._factory = self.SearchDispatcherFactory(desk)

    async def titles(self, context: UserExecutionContext, words: str) -> list[str]:
        """Return the titles of the articles in which every word occurs."""
        found = await self._factory.create(context).execute_tool("search_articles", {"words": words})
        return [article["title"] for article in found.result]
