import pytest

from helpdesk.desk import intake, supervision

pytestmark = pytest.mark.anyio


async def test_an_administrator_closes_everything(desk):
    await intake.open_many(desk, desk.context("ann"), ["No paper", "No light"])
    assert await supervision.close_all(desk, desk.context("eve", "admin")) >= 2
    assert await supervision.close_all(desk, desk.context("eve", "admin")) == 0


async def test_nobody_else_does(desk):
    with pytest.raises(PermissionError):
        await supervision.close_all(desk, desk.context("ann"))
