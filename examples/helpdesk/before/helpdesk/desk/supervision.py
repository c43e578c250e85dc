"""What only the head of the desk may do."""

from helpdesk.app import HelpDesk
from helpdesk.context import UserExecutionContext
from helpdesk.dispatching.unified import UnifiedToolDispatcher


async def close_all(desk: HelpDesk, context: UserExecutionContext) -> int:
    """Close every ticket; raises ``PermissionError`` for anybody but an administrator."""
    dispatcher = await UnifiedToolDispatcher.create_for_user(
        context, tools=desk.tools, enable_admin_tools=True
    )
    closed = await dispatcher.execute_tool("close_all_tickets")
    await dispatcher.cleanup()
    return closed.result
