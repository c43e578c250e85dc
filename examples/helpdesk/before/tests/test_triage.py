import pytest

from helpdesk.desk import intake, triage

pytestmark = pytest.mark.anyio


async def test_a_fire_goes_to_facilities_and_the_page_sees_each_step(desk):
    ticket = await intake.open_ticket(desk, desk.context("ann"), "Printer is on FIRE", "")
    context = desk.context("ann")
    assert await triage.triage(desk, context, ticket["number"]) == "facilities"
    tool = [("tool_executing", "direct"), ("tool_completed", "direct")]
    started, thinking, completed = (
        (f"agent_{step}", "triage") for step in ("started", "thinking", "completed")
    )
    assert await desk.timeline(context) == [started, *tool, thinking, *tool, completed]


async def test_a_ticket_of_somebody_else_is_not_touched(desk):
    ticket = await intake.open_ticket(desk, desk.context("ann"), "Fire", "")
    with pytest.raises(ValueError):
        await triage.triage(desk, desk.context("bea"), ticket["number"])
