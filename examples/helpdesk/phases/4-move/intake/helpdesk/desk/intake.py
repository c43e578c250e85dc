"""Opening tickets, one or many."""

from typing import Any

from helpdesk.app import HelpDesk
from services.context import UserExecutionContext


async def open_ticket(
    desk: HelpDesk, context: UserExecutionContext, subject: str, body: str
) -> dict[str, Any]:
    """Open a ticket and return it; raises ``ValueError`` with the tool's words when that fails."""
    async with desk.request(context) as request:
        opened = await request.dispatcher.execute_tool("open_ticket", {"subject": subject, "body": body})
    if not opened.success:
        raise ValueError(str(opened.error))
    return opened.result


async def open_many(desk: HelpDesk, context: UserExecutionContext, subjects: list[str]) -> list[int]:
    """Open a ticket for each subject, and return their numbers."""
    numbers = []
    async with desk.request(context) as request:
        for subject in subjects:
            opened = await request.dispatcher.execute_tool("open_ticket", {"subject": subject, "body": ""})
            numbers.append(opened.result["number"])
    return numbers
