"""The help desk as a whole, over one application of Soledoor."""

import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

from containers import Application, bootstrap
from helpdesk.articles import search_articles
from helpdesk.tickets import TicketStore, ticket_tools
from services.context import UserExecutionContext
from services.request import Request


class HelpDesk:
    """What the parts of the desk share."""

    def __init__(self, tools: Sequence[Callable[..., Any]], application: Application) -> None:
        self.tools, self._application = tools, application

    def context(self, user_id: str, *roles: str) -> UserExecutionContext:
        """Return the context of a new request."""
        return UserExecutionContext(
            user_id, f"thread_{uuid4().hex}", f"run_{uuid4().hex}", roles=frozenset(roles)
        )

    @asynccontextmanager
    async def request(self, context: UserExecutionContext) -> AsyncIterator[Request]:
        """Open a request with the desk's tools."""
        async with self._application.open_request(context) as request:
            for tool in self.tools:
                request.dispatcher.register_tool(tool)
            yield request

    async def timeline(self, context: UserExecutionContext) -> list[tuple[str, str]]:
        """Return type and agent of each event that the page has shown for a request."""
        frames = await self._application.log.read_run(context.user_id, context.run_id)
        shown = [json.loads(frame.data) for frame in frames]
        return [(event["type"], event["agent_name"]) for event in shown]


@asynccontextmanager
async def opened() -> AsyncIterator[HelpDesk]:
    """Open the desk for the block."""
    async with bootstrap() as application:
        yield HelpDesk([*ticket_tools(TicketStore()), search_articles], application)
