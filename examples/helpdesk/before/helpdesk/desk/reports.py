"""Figures for the weekly meeting."""

from typing import Any

from helpdesk.app import HelpDesk
from helpdesk.context import UserExecutionContext
from helpdesk.dispatching.executors import ToolExecutorFactory
from helpdesk.dispatching.request_scoped import request_scoped_tool_dispatcher_scope


async def by_queue(desk: HelpDesk, context: UserExecutionContext) -> dict[str, int]:
    """Return how many tickets each queue has."""
    async with request_scoped_tool_dispatcher_scope(context, desk.tools) as dispatcher:
        return (await dispatcher.execute_tool("count_tickets")).result


async def mine(desk: HelpDesk, context: UserExecutionContext) -> list[str]:
    """Return the subjects of one's own tickets."""
    executor = await ToolExecutorFactory.create_tool_executor(context, tools=desk.tools)
    listed: dict[str, Any] = await executor.dispatch_tool("my_tickets", {})
    await executor.cleanup()
    return [ticket["subject"] for ticket in listed["result"]]
