"""The agent that reads a new ticket and decides where it goes."""

from helpdesk.app import HelpDesk
from helpdesk.context import UserExecutionContext
from helpdesk.dispatching import per_agent
from helpdesk.realtime.emitter import create_user_emitter

AGENT = "triage"


async def triage(desk: HelpDesk, context: UserExecutionContext, number: int) -> str:
    """Put a ticket where it belongs and return the queue's name; raises ``ValueError`` without a ticket."""
    emitter = create_user_emitter(context)
    await emitter.emit_agent_started(AGENT)
    dispatcher = await per_agent.ToolDispatcher.create_request_scoped_dispatcher(context, tools=desk.tools)
    read = await dispatcher.dispatch_tool("read_ticket", {"number": number}, run_id=context.run_id)
    if not read["success"]:
        await emitter.emit_agent_completed(AGENT, {"queue": None})
        raise ValueError(read["error"])
    queue = "facilities" if "fire" in read["result"]["subject"].lower() else "first line"
    await emitter.emit_agent_thinking(AGENT, f"This is for {queue}.")
    await dispatcher.dispatch_tool("move_ticket", {"number": number, "queue": queue})
    await emitter.emit_agent_completed(AGENT, {"queue": queue})
    await dispatcher.cleanup()
    return queue
