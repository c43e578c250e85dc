"""Who is handed the next event, and who has to look."""

import anyio

from adapters.event_log.frames import framed
from adapters.event_log.newest import RingBounds
from adapters.event_log.ring import Ring, RingWatch
from adapters.event_log.waiters import Waiters
from services.ports.events import Frame, Head, Lapped, Place


def frame(seq: int, epoch: str = "e") -> Frame:
    return framed("r", b"{}", Place(epoch, seq))


class Reader:
    """Waits once, taking all it is offered."""

    def __init__(self, waiters: Waiters, after: int) -> None:
        self._waiters, self._after = waiters, after
        self.offered, self.last = list[int](), -1

    def take(self, offered: Frame) -> bool:
        self.offered.append(offered.seq)
        return True

    async def wait(self) -> None:
        self.last = await self._waiters.wait(self._after, self.take)


async def test_only_the_next_event_is_offered_and_another_one_wakes() -> None:
    waiters = Waiters()
    ahead, right, behind = (Reader(waiters, after) for after in (7, 5, 3))
    async with anyio.create_task_group() as tasks:
        for reader in (ahead, right, behind):
            tasks.start_soon(reader.wait)
        await anyio.wait_all_tasks_blocked()
        waiters.offer(frame(6))
        await anyio.wait_all_tasks_blocked()
        assert (ahead.last, right.last, behind.last) == (7, -1, 3)
        waiters.wake()
    assert right.last == 6
    assert (ahead.offered, right.offered, behind.offered) == ([], [6], [])


async def test_nothing_is_offered_between_being_woken_and_looking() -> None:
    waiters = Waiters()
    reader = Reader(waiters, 5)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(reader.wait)
        await anyio.wait_all_tasks_blocked()
        waiters.wake()
        waiters.offer(frame(6))
    assert (reader.offered, reader.last) == ([], 5)


async def test_a_wait_that_was_cancelled_is_forgotten() -> None:
    waiters = Waiters()
    reader = Reader(waiters, 5)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(reader.wait)
        await anyio.wait_all_tasks_blocked()
        tasks.cancel_scope.cancel()
    waiters.offer(frame(6))
    assert reader.offered == []
    assert waiters._waiting == []


async def test_the_first_event_of_a_new_epoch_is_not_handed_to_readers_of_the_old_one() -> None:
    ring = Ring(RingBounds(4, 10_000))
    ring.learn(ring.ticket(), Head("e", 1, 5))
    watch, offered, told = RingWatch(ring, lambda: None), list[Frame](), list[Head]()

    def take(frame: Frame) -> bool:
        offered.append(frame)
        return True

    async def wait() -> None:
        try:
            await watch.wait(5, take)
        except Lapped as lapped:
            told.append(lapped.head)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(wait)
        await anyio.wait_all_tasks_blocked()
        ring.learn(ring.ticket(), Head("new", 1, 5))
        ring.land(Place("new", 6), lambda: frame(6, "new"))
    assert offered == []
    assert told == [Head("new", 7, 6)]
    watch.close()


async def test_what_a_ring_catches_up_with_is_handed_over_too() -> None:
    ring = Ring(RingBounds(4, 10_000))
    ring.learn(ring.ticket(), Head("e", 1, 5))
    ring.land(Place("e", 8), lambda: frame(8))
    reader = Reader(ring.waiters, 5)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(reader.wait)
        await anyio.wait_all_tasks_blocked()
        ring.learn(ring.ticket(), Head("e", 1, 8), [frame(6), frame(7), frame(8)])
    assert (reader.offered, reader.last) == ([6, 7, 8], 8)
