"""Finding articles."""

from helpdesk.app import HelpDesk
from services.context import UserExecutionContext


class ArticleSearch:
    """The search of one desk."""

    def __init__(self, desk: HelpDesk) -> None:
        self._desk = desk

    async def titles(self, context: UserExecutionContext, words: str) -> list[str]:
        """Return the titles of the articles in which every word occurs."""
        async with self._desk.request(context) as request:
            found = await request.dispatcher.execute_tool("search_articles", {"words": words})
        return [article["title"] for article in found.result]
