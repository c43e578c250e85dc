"""What every engine of limits promises."""

from collections.abc import Awaitable, Callable

import anyio
import anyio.lowlevel
import pytest

from adapters.alone.limits import MemoryLimits
from services.ports.limits import Limits, Place
from services.ports.trimming import Trimmed
from tests.build import build
from tests.contracts.shared.conftest import Engine
from tests.fakes import FakeClock

LONG = 60.0
BRIEF = 0.5


@pytest.fixture
async def one(engine: Engine) -> Limits:
    return await engine.limits()


@pytest.fixture
async def other(engine: Engine) -> Limits:
    return await engine.limits()


class Burst:
    """Many asking two instances at once; ``met`` says that asks of both were under way together."""

    def __init__(self, *limits: Limits) -> None:
        self._limits, self._under_way = limits, [0 for _ in limits]
        self.granted = 0
        self.met = False

    async def ask(self, times: int, ask: Callable[[Limits, int], Awaitable[float | None]]) -> None:
        async with anyio.create_task_group() as tasks:
            for number in range(times):
                tasks.start_soon(self._one, number, ask)

    async def _one(self, number: int, ask: Callable[[Limits, int], Awaitable[float | None]]) -> None:
        which = number % len(self._limits)
        self._under_way[which] += 1
        await anyio.lowlevel.checkpoint()
        self.met = self.met or all(self._under_way)
        granted = await ask(self._limits[which], number) is None
        self.granted += granted
        self._under_way[which] -= 1


async def test_as_many_places_as_allowed_and_one_more_is_told_when_the_first_runs_out(
    one: Limits, other: Limits
) -> None:
    assert await one.take(Place("k", "a"), 2, BRIEF * 2) is None
    assert await other.take(Place("k", "b"), 2, LONG) is None
    wait = await one.take(Place("k", "c"), 2, LONG)
    assert wait is not None
    assert 0 < wait <= BRIEF * 2
    assert await one.take(Place("another", "c"), 2, LONG) is None


async def test_a_place_given_back_is_free_for_everybody_and_twice_gives_nothing_more(
    one: Limits, other: Limits
) -> None:
    for holder in "ab":
        await one.take(Place("k", holder), 2, LONG)
    await one.give([Place("k", "a"), Place("k", "unknown"), Place("nowhere", "a")])
    await one.give([Place("k", "a")])
    assert await other.take(Place("k", "c"), 2, LONG) is None
    assert await other.take(Place("k", "d"), 2, LONG) is not None


async def test_a_holder_that_vanished_loses_its_place_when_its_time_is_over(
    engine: Engine, one: Limits, other: Limits
) -> None:
    assert await one.take(Place("k", "gone"), 1, BRIEF) is None
    assert await other.take(Place("k", "b"), 1, LONG) is not None
    await engine.pass_time(BRIEF)
    assert await other.take(Place("k", "b"), 1, LONG) is None
    assert await one.keep([Place("k", "gone")], LONG) == {Place("k", "gone")}
    assert await one.take(Place("k", "gone"), 1, LONG) is not None


async def test_what_is_kept_lasts_and_what_was_lost_is_named(engine: Engine, one: Limits) -> None:
    places = [Place(key, "a") for key in "xyz"]
    for place in places:
        await one.take(place, 1, BRIEF)
    assert await one.keep([*places, Place("x", "nobody")], LONG) == {Place("x", "nobody")}
    await engine.pass_time(BRIEF)
    assert await one.keep(places, LONG) == frozenset()
    await one.give(places[:1])
    assert await one.keep(places, LONG) == {places[0]}


async def test_a_place_taken_again_by_its_holder_lasts_anew_and_counts_once(
    engine: Engine, one: Limits
) -> None:
    for seconds in (BRIEF, LONG):
        assert await one.take(Place("k", "a"), 1, seconds) is None
    await engine.pass_time(BRIEF)
    assert await one.take(Place("k", "b"), 1, LONG) is not None


async def test_a_burst_from_two_processes_never_gets_one_place_too_many(one: Limits, other: Limits) -> None:
    burst = Burst(one, other)
    await burst.ask(60, lambda limits, number: limits.take(Place("k", str(number)), 7, LONG))
    assert burst.met
    assert burst.granted == 7


async def test_no_more_hits_than_allowed_and_a_refused_one_says_when_and_counts_nothing(
    engine: Engine, one: Limits, other: Limits
) -> None:
    assert await one.hit("k", 2, BRIEF) is None
    assert await other.hit("k", 2, BRIEF) is None
    for limits in (one, other, one):
        wait = await limits.hit("k", 2, BRIEF)
        assert wait is not None
        assert 0 < wait <= BRIEF
    assert await one.hit("another", 2, BRIEF) is None
    await engine.pass_time(BRIEF)
    assert await one.hit("k", 2, BRIEF) is None
    assert await one.hit("k", 2, BRIEF) is None


async def test_a_burst_from_two_processes_never_gets_one_hit_too_many(one: Limits, other: Limits) -> None:
    burst = Burst(one, other)
    await burst.ask(60, lambda limits, _: limits.hit("k", 7, LONG))
    assert burst.met
    assert burst.granted == 7


async def test_places_and_hits_of_one_name_do_not_meet(one: Limits) -> None:
    assert await one.take(Place("k", "a"), 1, LONG) is None
    assert await one.hit("k", 1, LONG) is None
    assert await one.take(Place("hits:k", "a"), 1, LONG) is None
    assert await one.hit("places:k", 1, LONG) is None


async def test_keys_and_holders_are_any_text(one: Limits) -> None:
    odd = Place("ü '\"%:\\ \u202e" * 20, "h'\"\n\U0001f600")
    assert await one.take(odd, 1, LONG) is None
    assert await one.keep([odd], LONG) == frozenset()
    await one.give([odd])
    assert await one.take(odd, 1, LONG) is None


async def test_what_counts_no_more_is_swept(engine: Engine, one: Limits) -> None:
    if not isinstance(one, Trimmed):
        return
    await one.take(Place("k", "a"), 1, BRIEF)
    await one.take(Place("long", "a"), 1, LONG)
    await one.hit("k", 1, BRIEF)
    assert await one.trim(10) == 0
    await engine.pass_time(BRIEF * 1.5)
    assert await one.trim(1) == 1
    assert await one.trim(10) == 1
    assert await one.take(Place("long", "b"), 1, LONG) is not None


async def test_in_memory_nothing_suspends_and_idle_keys_are_forgotten() -> None:
    clock = FakeClock()
    limits = build(MemoryLimits, clock)
    for number in range(100):
        with pytest.raises(StopIteration):
            limits.hit(f"user-{number}", 5, 60).send(None)
        with pytest.raises(StopIteration):
            limits.take(Place(f"user-{number}", "a"), 5, 60).send(None)
    await limits.give([Place(f"user-{number}", "a") for number in range(100)])
    clock.advance(60)
    assert await limits.hit("user", 5, 60) is None
    assert len(limits) == 1
