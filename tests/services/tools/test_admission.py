"""How many dispatchers a user may have: exact, and never at the cost of one that is at work."""

import anyio
import pytest

from services.errors import TooMuch
from services.tools.admission import DispatcherAdmission
from tests.build import build


class Door:
    """A dispatcher as admission sees it."""

    def __init__(self, admission: DispatcherAdmission, user: str, *, idle: bool = True) -> None:
        self.admission, self.user, self.idle, self.closed = admission, user, idle, 0

    async def cleanup(self) -> None:
        self.closed += 1
        self.admission.release(self.user, self)
        await anyio.lowlevel.checkpoint()


def admission_of(limit: int = 3, wait: float = 0.05) -> DispatcherAdmission:
    return build(DispatcherAdmission, limit, wait)


async def admitted(admission: DispatcherAdmission, user: str = "u", *, idle: bool = True) -> Door:
    door = Door(admission, user, idle=idle)
    await admission.admit(user, door)
    return door


async def test_the_oldest_idle_one_goes_before_the_new_one_is_returned():
    admission = admission_of()
    busy = await admitted(admission, idle=False)
    old, young = await admitted(admission), await admitted(admission)
    await admitted(admission)
    assert (busy.closed, old.closed, young.closed) == (0, 1, 0)
    assert admission.live_of("u") == 3


async def test_other_users_are_untouched():
    admission = admission_of(limit=1)
    other = await admitted(admission, "other")
    await admitted(admission)
    await admitted(admission)
    assert other.closed == 0
    assert (admission.live, admission.users) == (2, 2)


async def test_when_none_is_idle_it_waits_then_refuses_and_keeps_no_place():
    admission = admission_of(limit=2)
    doors = [await admitted(admission, idle=False) for _ in range(2)]
    with pytest.raises(TooMuch) as refusal:
        await admitted(admission)
    assert (refusal.value.code, refusal.value.retry_after_s) == ("too_many_calls", 0.05)
    assert [door.closed for door in doors] == [0, 0]
    assert admission.live == 2


@pytest.mark.parametrize("how", ["released", "became idle"])
async def test_one_that_waits_gets_the_place_that_becomes_free(how):
    admission = admission_of(limit=1, wait=5)
    first = await admitted(admission, idle=False)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(admitted, admission)
        await anyio.wait_all_tasks_blocked()
        assert admission.live_of("u") == 1
        if how == "released":
            await first.cleanup()
        else:
            first.idle = True
            admission.changed("u")
    assert admission.live_of("u") == 1
    assert first.closed == 1


async def test_a_burst_never_exceeds_the_limit():
    admission, peak = admission_of(limit=4, wait=5), []

    async def come_and_go() -> None:
        door = await admitted(admission, idle=False)
        peak.append(admission.live_of("u"))
        await anyio.lowlevel.checkpoint()
        await door.cleanup()

    async with anyio.create_task_group() as tasks:
        for _ in range(100):
            tasks.start_soon(come_and_go)
    assert len(peak) == 100
    assert max(peak) == admission.peak == 4
    assert (admission.live, admission.users) == (0, 0)


async def test_one_that_is_cancelled_while_it_waits_leaves_nothing():
    admission = admission_of(limit=1, wait=5)
    first = await admitted(admission, idle=False)
    with anyio.move_on_after(0.01):
        await admitted(admission)
    await first.cleanup()
    assert (admission.live, admission.users) == (0, 0)


async def test_closing_idle_ones_leaves_the_busy_and_counts():
    admission = admission_of()
    await admitted(admission)
    busy = await admitted(admission, idle=False)
    await admitted(admission, "other")
    assert await admission.close_idle("u") == 1
    assert await admission.close_idle("nobody") == 0
    assert await admission.close_idle() == 1
    assert busy.closed == 0
