"""What only the head of the desk may do."""

from helpdesk.app import HelpDesk
from services.context import UserExecutionContext


async def close_all(desk: HelpDesk, context: UserExecutionContext) -> int:
    """Close every ticket; raises ``PermissionError`` for anybody but an administrator."""
    async with desk.request(context) as request:
        closed = await request.dispatcher.execute_tool("close_all_tickets")
    return closed.result
