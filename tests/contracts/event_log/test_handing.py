"""What every event log promises to a reader that takes events while it waits."""

import anyio
import anyio.lowlevel
import pytest

from tests.contracts.event_log.conftest import event, fill


class Taker:
    """A reader that takes what it is offered, up to some number; then it reads."""

    def __init__(self, log, most=1000):
        self.log, self.most = log, most
        self.taken, self.offered, self.read = [], [], []

    @property
    def last(self):
        return max([0, *self.taken, *self.read])

    def take(self, frame):
        self.offered.append(frame.seq)
        if len(self.taken) >= self.most:
            return False
        self.taken.append(frame.seq)
        return True

    async def follow(self, until):
        watch = self.log.watch("u1")
        try:
            while self.last < until:
                await watch.wait(self.last, self.take)
                self.read += [frame.seq for frame in await self.log.read("u1", self.last)]
        finally:
            watch.close()


async def test_who_waits_is_handed_each_event_before_its_append_is_answered(make_log):
    log = await make_log()
    one, two = Taker(log), Taker(log)
    async with anyio.create_task_group() as tasks:
        for each in (one, two):
            tasks.start_soon(each.follow, 99)
        await log.head("u1")
        await anyio.wait_all_tasks_blocked()
        for number in range(1, 13):
            place = await log.append(event(number))
            assert one.taken[-1] == two.taken[-1] == place.seq == number
        tasks.cancel_scope.cancel()
    assert one.taken == two.taken == list(range(1, 13))
    assert one.read == two.read == []


async def test_what_is_not_taken_is_read_once_and_in_order_and_disturbs_nobody(make_log):
    log = await make_log()
    slow, quick = Taker(log, most=2), Taker(log)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(slow.follow, 8)
        tasks.start_soon(quick.follow, 99)
        await log.head("u1")
        await anyio.wait_all_tasks_blocked()
        await fill(log, 7)
        await anyio.wait_all_tasks_blocked()
        await fill(log, 1, start=8)
        await anyio.wait_all_tasks_blocked()
        tasks.cancel_scope.cancel()
    assert quick.taken == list(range(1, 9))
    assert (slow.taken, slow.read) == ([1, 2], list(range(3, 9)))


async def test_after_the_first_that_is_not_taken_none_is_offered_in_that_wait(make_log):
    log = await make_log()
    refuser, watch = Taker(log, most=0), log.watch("u1")
    await log.head("u1")

    async def wait():
        await watch.wait(0, refuser.take)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(wait)
        await anyio.wait_all_tasks_blocked()
        async with anyio.create_task_group() as at_once:
            for number in range(3):  # in memory, all of them before the reader has its turn
                at_once.start_soon(log.append, event(1, f"r{number}"))
    assert refuser.offered == [1]
    watch.close()


async def test_a_reader_that_is_behind_is_offered_nothing(make_log):
    log = await make_log()
    await fill(log, 3)
    taker, watch = Taker(log), log.watch("u1")
    await log.head("u1")
    await watch.wait(1, taker.take)
    assert taker.offered == []
    watch.close()


@pytest.mark.parametrize("turns", range(4))
async def test_a_reader_that_is_cancelled_at_any_moment_finds_the_rest_and_nothing_twice(make_log, turns):
    log = await make_log()
    taker, scope = Taker(log, most=3), anyio.CancelScope()

    async def follow():
        with scope:
            await taker.follow(99)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(follow)
        await log.head("u1")
        await anyio.wait_all_tasks_blocked()
        await fill(log, 4)  # takes three, and is woken by the fourth
        for _ in range(turns):
            await anyio.lowlevel.checkpoint()
        scope.cancel()
        await log.append(event(5))
    assert taker.offered[:4] == [1, 2, 3, 4]
    left = [frame.seq for frame in await log.read("u1", taker.last)]
    assert taker.taken + taker.read + left == [1, 2, 3, 4, 5]
    await log.append(event(6))
    assert taker.offered[-1] <= 5
