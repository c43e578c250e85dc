"""Tickets that cannot wait. Whatever is called here must also reach the pager."""

from typing import Any

from helpdesk.app import HelpDesk
from services.context import UserExecutionContext

AGENT = "escalation"
PAGER: list[str] = []
"""What the pager has been sent."""


async def escalate(desk: HelpDesk, context: UserExecutionContext, number: int) -> dict[str, Any]:
    """Make a ticket urgent and page whoever is on duty; raises ``ValueError`` for somebody else's ticket."""
    async with desk.request(context) as request:
        await request.bridge.notify_agent_started(context.run_id, AGENT)
        moved = await request.dispatcher.execute_tool("read_ticket", {"number": number})
        if moved.success:
            change = {"number": number, "queue": "on duty", "priority": "urgent"}
            moved = await request.dispatcher.execute_tool("move_ticket", change)
        result = {"ticket": number, "urgent": moved.success}
        PAGER.append(f"{context.user_id}: {AGENT} {result}")
        await request.bridge.notify_agent_completed(context.run_id, AGENT, result)
    if not moved.success:
        raise ValueError(str(moved.error))
    return moved.result
