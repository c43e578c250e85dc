"""The agent that reads a new ticket and decides where it goes."""

from helpdesk.app import HelpDesk
from services.context import UserExecutionContext

AGENT = "triage"


async def triage(desk: HelpDesk, context: UserExecutionContext, number: int) -> str:
    """Put a ticket where it belongs and return the queue's name; raises ``ValueError`` without a ticket."""
    async with desk.request(context) as request:
        bridge, dispatcher = request.bridge, request.dispatcher
        await bridge.notify_agent_started(context.run_id, AGENT)
        read = await dispatcher.execute_tool("read_ticket", {"number": number})
        if not read.success:
            await bridge.notify_agent_completed(context.run_id, AGENT, {"queue": None})
            raise ValueError(str(read.error))
        queue = "facilities" if "fire" in read.result["subject"].lower() else "first line"
        await bridge.notify_agent_thinking(context.run_id, AGENT, f"This is for {queue}.")
        await dispatcher.execute_tool("move_ticket", {"number": number, "queue": queue})
        await bridge.notify_agent_completed(context.run_id, AGENT, {"queue": queue})
    return queue
