import anyio
import pytest

from adapters.alone.limits import MemoryLimits
from services.errors import TooMuch
from services.identity import guesses
from services.identity.guesses import Guesses
from services.identity.throttle import Attempt, LoginThrottle
from tests.build import build
from tests.fakes import HereValues
from tests.services.identity.stores import HandClock


class Door:
    """A throttle and a record of who was let in."""

    def __init__(self, attempts: int = 2) -> None:
        self.clock = HandClock()
        limits = build(MemoryLimits, self.clock)
        self.throttle = build(LoginThrottle, self.clock, limits, HereValues(self.clock), attempts)
        self.entered: list[str] = []
        self.refused: list[str] = []

    async def knock(self, name: str, address: str) -> Attempt | None:
        try:
            attempt = await self.throttle.admit(name, address)
        except TooMuch:
            self.refused.append(name)
            return None
        self.entered.append(name)
        return attempt.__enter__()

    async def fail(self, name: str, address: str) -> None:
        attempt = await self.knock(name, address)
        if attempt is not None:
            attempt.__exit__(None, None, None)


def leave(attempt: Attempt | None, *, right: bool) -> None:
    assert attempt is not None
    if right:
        attempt.succeeded()
    attempt.__exit__(None, None, None)


async def test_while_the_outcome_is_open_others_wait_and_are_then_let_in() -> None:
    door = Door()
    first, second = await door.knock("a", "h1"), await door.knock("b", "h1")
    async with anyio.create_task_group() as group:
        group.start_soon(door.knock, "c", "h1")
        group.start_soon(door.knock, "d", "h1")
        await anyio.wait_all_tasks_blocked()
        assert door.entered == ["a", "b"]
        leave(first, right=True)
        await anyio.wait_all_tasks_blocked()
        assert door.entered == ["a", "b", "c"]
        leave(second, right=True)
    assert door.entered == ["a", "b", "c", "d"]


async def test_when_those_under_way_fail_the_waiting_are_refused() -> None:
    door = Door()
    attempts = [await door.knock(name, "h1") for name in "ab"]
    async with anyio.create_task_group() as group:
        for name in "cdef":
            group.start_soon(door.knock, name, "h1")
        await anyio.wait_all_tasks_blocked()
        for attempt in attempts:
            leave(attempt, right=False)
    assert door.entered == ["a", "b"]
    assert sorted(door.refused) == list("cdef")


async def test_a_turn_is_handed_on_by_one_who_now_waits_elsewhere() -> None:
    door = Door(attempts=1)
    one = await door.knock("x", "h1")
    two, three = await door.knock("busy", "h2"), await door.knock("busy", "h3")
    async with anyio.create_task_group() as group:
        group.start_soon(door.knock, "busy", "h1")  # its address is busy, and so is its account
        await anyio.wait_all_tasks_blocked()
        group.start_soon(door.knock, "y", "h1")
        await anyio.wait_all_tasks_blocked()
        leave(one, right=True)
        await anyio.wait_all_tasks_blocked()
        assert door.entered == ["x", "busy", "busy", "y"]
        leave(two, right=True)
        leave(three, right=True)
        await anyio.wait_all_tasks_blocked()
        group.cancel_scope.cancel()


async def test_a_turn_is_handed_on_by_one_who_is_cut_off_with_it() -> None:
    counts, woken = Guesses(1, 1.0), []
    cut_off = counts.turn(b"k")
    cut_off.send(None)

    async def wait() -> None:
        await counts.turn(b"k")
        woken.append("next")

    async with anyio.create_task_group() as group:
        group.start_soon(wait)
        await anyio.wait_all_tasks_blocked()
        counts.wake(b"k")
        with pytest.raises(KeyboardInterrupt):
            cut_off.throw(KeyboardInterrupt)
    assert woken == ["next"]


async def test_an_attempt_left_by_an_error_of_ours_was_never_made() -> None:
    door = Door(attempts=1)
    for _ in range(3):
        with pytest.raises(KeyError), await door.throttle.admit("a", "h1"):
            raise KeyError
    assert await door.knock("a", "h1") is not None


async def test_memory_is_bounded_whatever_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guesses, "MOST_KEYS", 50)
    monkeypatch.setattr("services.identity.throttle.MOST_KEYS", 50)
    door = Door()
    for number in range(200):
        await door.fail(f"name{number}" * 1000, f"host{number}")
        leave(await door.knock(f"owner{number}", f"home{number}"), right=True)
    throttle = door.throttle
    assert (
        len(throttle._accounts._failures) == len(throttle._addresses._failures) == len(throttle._known) == 50
    )
    assert all(len(key) == 16 for key in throttle._accounts._failures)
    for each in (throttle._accounts, throttle._addresses, throttle._familiar):
        assert (len(each._running), len(each._waiting)) == (0, 0)


async def test_failures_out_of_the_window_are_forgotten() -> None:
    counts, key = Guesses(2, 10.0), b"k"
    for moment in (0.0, 5.0):
        counts.begin(key)
        counts.end(key, moment)
    assert counts.wait(key, 9.0) == 1.0
    assert counts.wait(key, 10.0) == 0.0
    assert counts.busy(key) is False
    assert counts.wait(key, 15.0) == 0.0
    assert len(counts._failures) == 0


def test_waking_where_nobody_waits_does_nothing() -> None:
    Guesses(1, 1.0).wake(b"k")
