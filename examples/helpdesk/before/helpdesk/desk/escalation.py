"""Tickets that cannot wait. Whatever is called here must also reach the pager, so everything is wrapped."""

from typing import Any

from helpdesk.app import HelpDesk
from helpdesk.context import UserExecutionContext
from helpdesk.dispatching.request_scoped import create_request_scoped_tool_dispatcher
from helpdesk.realtime.bridge import create_agent_websocket_bridge

PAGER: list[str] = []
"""What the pager has been sent."""


class EscalationBridge:
    """A bridge that also pages."""

    def __init__(self, context: UserExecutionContext) -> None:
        self._inner, self._context = create_agent_websocket_bridge(context), context

    async def notify_agent_started(self, agent_name: str) -> None:
        await self._inner.notify_agent_started(self._context.run_id, agent_name)

    async def notify_agent_completed(self, agent_name: str, result: dict[str, Any]) -> None:
        PAGER.append(f"{self._context.user_id}: {agent_name} {result}")
        await self._inner.notify_agent_completed(self._context.run_id, agent_name, result)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


class EscalationDispatcher:
    """A dispatcher that only lets through what escalating takes."""

    def __init__(self, inner: Any, bridge: EscalationBridge) -> None:
        self._inner, self._bridge = inner, bridge

    async def execute_tool(self, tool_name: str, parameters: dict[str, Any]) -> Any:
        """Call one of the two tools."""
        if tool_name not in {"read_ticket", "move_ticket"}:
            raise PermissionError(f"{tool_name} is not for escalations")
        return await self._inner.execute_tool(tool_name, parameters)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


class EscalationDispatcherFactory:
    """Wraps what another factory makes."""

    async def create(self, desk: HelpDesk, context: UserExecutionContext) -> EscalationDispatcher:
        """Return a dispatcher for an escalation."""
        inner = await create_request_scoped_tool_dispatcher(context, desk.tools)
        return EscalationDispatcher(inner, EscalationBridge(context))


async def escalate(desk: HelpDesk, context: UserExecutionContext, number: int) -> dict[str, Any]:
    """Make a ticket urgent and page whoever is on duty; raises ``ValueError`` for somebody else's ticket."""
    bridge = EscalationBridge(context)
    dispatcher = await EscalationDispatcherFactory().create(desk, context)
    await bridge.notify_agent_started("escalation")
    read = await dispatcher.execute_tool("read_ticket", {"number": number})
    if read.success:
        change = {"number": number, "queue": "on duty", "priority": "urgent"}
        read = await dispatcher.execute_tool("move_ticket", change)
    await bridge.notify_agent_completed("escalation", {"ticket": number, "urgent": read.success})
    await dispatcher.cleanup()
    if not read.success:
        raise ValueError(str(read.error))
    return read.result
