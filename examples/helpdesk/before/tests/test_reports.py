import pytest

from helpdesk.desk import intake, reports

pytestmark = pytest.mark.anyio


async def test_tickets_are_counted_by_queue(desk):
    before = await reports.by_queue(desk, desk.context("bea"))
    await intake.open_many(desk, desk.context("ann"), ["No paper", "No light"])
    after = await reports.by_queue(desk, desk.context("bea"))
    assert after["first line"] - before.get("first line", 0) == 2


async def test_everybody_sees_their_own(desk):
    await intake.open_ticket(desk, desk.context("ann"), "No paper", "")
    await intake.open_ticket(desk, desk.context("cid"), "No light", "")
    assert await reports.mine(desk, desk.context("cid")) == ["No light"]
