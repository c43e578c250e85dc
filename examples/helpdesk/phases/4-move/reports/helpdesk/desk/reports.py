"""Figures for the weekly meeting."""

from helpdesk.app import HelpDesk
from services.context import UserExecutionContext


async def by_queue(desk: HelpDesk, context: UserExecutionContext) -> dict[str, int]:
    """Return how many tickets each queue has."""
    async with desk.request(context) as request:
        return (await request.dispatcher.execute_tool("count_tickets")).result


async def mine(desk: HelpDesk, context: UserExecutionContext) -> list[str]:
    """Return the subjects of one's own tickets."""
    async with desk.request(context) as request:
        listed = await request.dispatcher.execute_tool("my_tickets")
    return [ticket["subject"] for ticket in listed.result]
