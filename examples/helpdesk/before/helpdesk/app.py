"""The help desk as a whole."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

from helpdesk.articles import search_articles
from helpdesk.context import UserExecutionContext
from helpdesk.realtime.bus import bus
from helpdesk.tickets import TicketStore, ticket_tools


class HelpDesk:
    """What the parts of the desk share."""

    def __init__(self, tools: Sequence[Callable[..., Any]]) -> None:
        self.tools = tools

    def context(self, user_id: str, *roles: str) -> UserExecutionContext:
        """Return the context of a new request."""
        return UserExecutionContext(
            user_id, f"thread_{uuid4().hex}", f"run_{uuid4().hex}", roles=frozenset(roles)
        )

    async def timeline(self, context: UserExecutionContext) -> list[tuple[str, str]]:
        """Return type and agent of each event that the page has shown for a request."""
        shown = bus.events(context.user_id, context.run_id)
        return [(event["type"], event["agent_name"]) for event in shown]


@asynccontextmanager
async def opened() -> AsyncIterator[HelpDesk]:
    """Open the desk for the block."""
    yield HelpDesk([*ticket_tools(TicketStore()), search_articles])
