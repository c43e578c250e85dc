"""Opening tickets, one or many."""

from typing import Any

from helpdesk.app import HelpDesk
from helpdesk.context import UserExecutionContext
from helpdesk.dispatching.unified import Dispatcher, UnifiedToolDispatcherFactory


async def open_ticket(
    desk: HelpDesk, context: UserExecutionContext, subject: str, body: str
) -> dict[str, Any]:
    """Open a ticket and return it; raises ``ValueError`` with the tool's words when that fails."""
    dispatcher = await Dispatcher.create_for_user(context, tools=desk.tools)
    try:
        opened = await dispatcher.execute_tool("open_ticket", {"subject": subject, "body": body})
    finally:
        await dispatcher.cleanup()
    if not opened.success:
        raise ValueError(str(opened.error))
    return opened.result


async def open_many(desk: HelpDesk, context: UserExecutionContext, subjects: list[str]) -> list[int]:
    """Open a ticket for each subject, and return their numbers."""
    dispatcher = await UnifiedToolDispatcherFactory.create_for_request(context, tools=desk.tools)
    numbers = []
    for subject in subjects:
        opened = await dispatcher.execute_tool("open_ticket", {"subject": subject, "body": ""})
        numbers.append(opened.result["number"])
    await dispatcher.cleanup()
    return numbers
