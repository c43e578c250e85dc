import pytest

from helpdesk.desk import intake

pytestmark = pytest.mark.anyio


async def test_a_ticket_belongs_to_the_one_who_opened_it(desk):
    context = desk.context("ann")
    ticket = await intake.open_ticket(desk, context, "Printer is on fire", "Help!")
    assert (ticket["owner"], ticket["status"]) == ("ann", "open")
    assert await desk.timeline(context) == [("tool_executing", "direct"), ("tool_completed", "direct")]


async def test_many_tickets_are_opened_in_one_request(desk):
    context = desk.context("ann")
    numbers = await intake.open_many(desk, context, ["No paper", "No light"])
    assert len(set(numbers)) == 2
    assert len(await desk.timeline(context)) == 4
