import pytest

from helpdesk.desk import escalation, intake

pytestmark = pytest.mark.anyio


async def test_an_urgent_ticket_reaches_the_pager(desk):
    ticket = await intake.open_ticket(desk, desk.context("ann"), "No tea", "")
    context = desk.context("ann")
    escalated = await escalation.escalate(desk, context, ticket["number"])
    assert (escalated["queue"], escalated["priority"]) == ("on duty", "urgent")
    assert escalation.PAGER[-1].startswith("ann: escalation")
    tool = [("tool_executing", "direct"), ("tool_completed", "direct")]
    around = ("agent_started", "escalation"), ("agent_completed", "escalation")
    assert await desk.timeline(context) == [around[0], *tool, *tool, around[1]]


async def test_nobody_escalates_the_tickets_of_others(desk):
    ticket = await intake.open_ticket(desk, desk.context("ann"), "No tea", "")
    with pytest.raises(ValueError):
        await escalation.escalate(desk, desk.context("bea"), ticket["number"])
