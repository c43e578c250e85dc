"""What a ring serves, and what makes it ask the store."""

import anyio
import pytest

from adapters.event_log.frames import framed
from adapters.event_log.newest import RingBounds
from adapters.event_log.ring import Ring, RingWatch
from services.ports.events import READ_BYTES, Frame, Head, Lapped, Place


def frame(seq: int, epoch: str = "e", size: int = 10) -> Frame:
    return framed("r", b"{" + b"x" * size + b"}", Place(epoch, seq))


def seqs(frames: object) -> list[int] | None:
    return None if frames is None else [each.seq for each in frames]  # type: ignore[attr-defined]


def land(ring: Ring, seq: int, epoch: str = "e", size: int = 10) -> bool:
    return ring.land(Place(epoch, seq), lambda: frame(seq, epoch, size))


def placed(head: int, events: int = 4, size: int = 10_000) -> Ring:
    ring = Ring(RingBounds(events, size))
    ring.learn(ring.ticket(), Head("e", 1, head))
    return ring


def test_a_new_ring_knows_nothing_and_says_so() -> None:
    ring = Ring(RingBounds(4, 1000))
    assert ring.behind
    assert ring.since(0, 10) is None


def test_what_follows_is_served_and_what_was_before_is_asked_for() -> None:
    ring = placed(5)
    assert [land(ring, seq) for seq in (6, 7)] == [False, False]
    assert seqs(ring.since(5, 10)) == [6, 7]
    assert seqs(ring.since(6, 10)) == [7]
    assert seqs(ring.since(5, 1)) == [6]
    assert seqs(ring.since(7, 10)) == []
    assert ring.since(4, 10) is None
    assert ring.since(8, 10) is None


def test_the_oldest_give_way_by_number_and_by_bytes_and_the_newest_stays() -> None:
    ring = placed(0, events=2)
    for seq in (1, 2, 3):
        land(ring, seq)
    assert seqs(ring.since(1, 10)) == [2, 3]
    assert ring.since(0, 10) is None
    small = placed(0, size=100)
    land(small, 1, size=60)
    land(small, 2, size=5000)
    assert seqs(small.since(1, 10)) == [2]
    assert small.since(0, 10) is None


def test_what_is_served_at_once_is_bounded_by_bytes() -> None:
    ring = placed(0, events=9, size=1 << 24)
    for seq in range(1, 6):
        land(ring, seq, size=READ_BYTES // 2 - 100)
    assert seqs(ring.since(0, 10)) == [1, 2]
    assert seqs(ring.since(1, 3)) == [2, 3]
    land(ring, 6, size=READ_BYTES)
    assert seqs(ring.since(5, 10)) == [6]


def test_an_event_that_is_not_the_next_is_not_taken_and_the_store_is_asked() -> None:
    ring = placed(5)
    assert land(ring, 8)
    assert (ring.head, ring.known, ring.behind) == (5, 8, True)
    assert ring.since(5, 10) is None, "what is missing comes from the store, never a hole"
    ring.learn(ring.ticket(), Head("e", 1, 8), [frame(6), frame(7), frame(8)])
    assert seqs(ring.since(5, 10)) == [6, 7, 8]


def test_a_repetition_changes_nothing() -> None:
    ring = placed(5)
    land(ring, 6)
    assert not land(ring, 6)
    assert not land(ring, 3)
    assert seqs(ring.since(5, 10)) == [6]


def test_an_answer_that_was_overtaken_by_events_takes_nothing_back() -> None:
    ring = placed(5)
    before = ring.ticket()
    land(ring, 6)
    land(ring, 7)
    ring.learn(before, Head("e", 1, 6), [frame(6)])
    assert seqs(ring.since(5, 10)) == [6, 7]
    assert ring.beginnings == 0


def test_a_ring_too_far_behind_goes_to_the_head() -> None:
    ring = placed(5)
    land(ring, 6)
    ring.learn(ring.ticket(), Head("e", 30, 100), [])
    assert (ring.head, ring.behind) == (100, False)
    assert ring.since(6, 10) is None


def test_what_was_heard_and_is_not_there_is_not_asked_for_for_ever() -> None:
    ring = placed(5)
    assert ring.hear(Place("e", 9))
    ring.learn(ring.ticket(), Head("e", 1, 5), [])
    assert not ring.behind


@pytest.mark.parametrize("head", [Head("other", 1, 9), Head("e", 1, 3)], ids=["another epoch", "a lost tail"])
def test_a_log_that_began_anew_is_believed_once(head: Head) -> None:
    ring = placed(5)
    land(ring, 6)
    late = ring.ticket()
    ring.learn(ring.ticket(), head)
    assert (ring.epoch, ring.head, ring.beginnings) == (head.epoch, head.head, 1)
    ring.learn(late, Head("e", 1, 6))  # asked before the log began anew: says nothing about now
    assert (ring.epoch, ring.head, ring.beginnings) == (head.epoch, head.head, 1)


async def test_every_watch_is_told_once_that_the_log_began_anew() -> None:
    ring, left, told = placed(5), list[str](), list[Head]()
    old, waiting = RingWatch(ring, lambda: None), RingWatch(ring, lambda: left.append("all"))

    async def wait() -> None:
        with pytest.raises(Lapped) as lapped:
            await waiting.wait(5)
        told.append(lapped.value.head)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(wait)
        await anyio.wait_all_tasks_blocked()
        ring.learn(ring.ticket(), Head("new", 1, 2))
    with pytest.raises(Lapped):
        await old.wait(0)
    assert told == [Head("new", 3, 2)]
    await waiting.wait(1)
    later = RingWatch(ring, lambda: None)
    await later.wait(1)
    for watch in (old, waiting, later):
        watch.close()
        watch.close()
    assert left == []
    assert ring.watchers == 0
