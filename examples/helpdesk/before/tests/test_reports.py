import pytest

from helpdesk.desk import intake, reports

pytestmark = pytest.mark.anyio


async def test_tickets_are_counted_by_queue(desk):
    await intake.open_many(desk, desk.context("ann"), ["No paper", "No light"])
    assert await reports.by_queue(desk, desk.context("bea")) == {"first line": 2}


async def test_everybody_sees_their_own(desk):
    await intake.open_ticket(desk, desk.context("ann"), "No paper", "")
    await intake.open_ticket(desk, desk.context("bea"), "No light", "")
    assert await reports.mine(desk, desk.context("bea")) == ["No light"]
