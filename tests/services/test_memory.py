import gc
import weakref

import anyio
import pytest
from structlog.testing import capture_logs

from services import memory
from services.errors import Unavailable
from services.memory import MemoryLevel, MemoryService
from services.ports.memory import MemoryProbe
from tests.build import build
from tests.services.contexts import a_context
from tests.services.identity.stores import HandClock


class Readings(MemoryProbe):
    """Says what it is told to, and counts how often it is asked."""

    def __init__(self) -> None:
        self.used: int | None = 100
        self.most: int | None = 1000
        self.asked = 0

    def resident(self) -> int | None:
        self.asked += 1
        return self.used

    def limit(self) -> int | None:
        return self.most


class Desk:
    """A memory service over readings and a clock that a test moves."""

    def __init__(self) -> None:
        self.readings, self.clock = Readings(), HandClock()
        self.memory: MemoryService = build(MemoryService, self.readings, self.clock)


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.mark.parametrize(
    ("used", "level"),
    [
        (0, "low"),
        (699, "low"),
        (700, "moderate"),
        (799, "moderate"),
        (800, "high"),
        (899, "high"),
        (900, "critical"),
    ],
)
def test_the_level_is_the_share_of_the_limit(desk: Desk, used: int, level: str) -> None:
    desk.readings.used = used
    status = desk.memory.status()
    assert (status.level, status.ratio, status.resident, status.limit) == (level, used / 1000, used, 1000)


@pytest.mark.parametrize(("used", "most"), [(None, 1000), (100, None), (None, None), (100, 0)])
def test_without_a_reading_the_level_is_unknown_and_nothing_is_refused(
    desk: Desk, used: int | None, most: int | None
) -> None:
    desk.readings.used, desk.readings.most = used, most
    status = desk.memory.status()
    assert (status.level, status.ratio) == (MemoryLevel.UNKNOWN, None)
    desk.memory.refuse_when_critical()


def test_new_runs_are_refused_at_critical_only(desk: Desk) -> None:
    desk.readings.used = 899
    desk.memory.refuse_when_critical()
    desk.readings.used = 950
    desk.clock.move(seconds=1)
    with pytest.raises(Unavailable) as caught:
        desk.memory.refuse_when_critical()
    assert (caught.value.code, caught.value.retry_after_s) == ("overloaded", 10.0)


def test_many_new_runs_in_a_second_need_one_reading(desk: Desk) -> None:
    for _ in range(1000):
        desk.memory.refuse_when_critical()
    assert desk.readings.asked == 1


def test_open_scopes_are_counted_with_the_age_of_the_oldest(desk: Desk) -> None:
    assert desk.memory.status().oldest_scope_s == 0.0
    first = desk.memory.scope_opened(a_context(run_id="r-1"))
    desk.clock.move(seconds=5)
    desk.memory.scope_opened(a_context(run_id="r-2"))
    status = desk.memory.status()
    assert (status.live_scopes, status.oldest_scope_s) == (2, 5.0)
    assert [(scope.run_id, scope.age_s) for scope in desk.memory.scopes()] == [("r-1", 5.0), ("r-2", 0.0)]
    desk.memory.scope_closed(first)
    desk.memory.scope_closed(first)
    assert desk.memory.status().live_scopes == 1


def test_a_scope_older_than_its_run_is_reported(desk: Desk) -> None:
    for run in ("r-alive", "r-ended"):
        desk.memory.scope_opened(a_context("u-ada", run_id=run))
    desk.clock.move(seconds=60)
    [leak] = desk.memory.leak_report({"r-alive"})
    assert (leak.user_id, leak.run_id, leak.age_s) == ("u-ada", "r-ended", 60.0)


def test_a_closed_scope_keeps_no_context_alive(desk: Desk) -> None:
    context = a_context()
    desk.memory.scope_closed(desk.memory.scope_opened(context))
    gone = weakref.ref(context)
    del context
    gc.collect()
    assert gone() is None


@pytest.mark.parametrize(("used", "room_made"), [(750, False), (850, True), (950, True), (None, False)])
async def test_room_is_made_when_memory_is_tight(desk: Desk, used: int | None, room_made: bool) -> None:
    done: list[str] = []

    async def close_idle() -> None:
        done.append("closed")

    desk.memory.add_trimmer(lambda: done.append("trimmed"))
    desk.memory.add_idle_closer(close_idle)
    desk.readings.used = used
    with capture_logs():
        await desk.memory.sample()
    assert done == (["trimmed", "closed"] if room_made else [])


async def test_making_room_never_closes_an_open_scope(desk: Desk) -> None:
    desk.memory.scope_opened(a_context())
    desk.readings.used = 990
    with capture_logs():
        assert (await desk.memory.sample()).live_scopes == 1
    assert desk.memory.status().live_scopes == 1


async def test_trouble_in_making_room_is_logged_and_the_rest_still_done(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "CLOSING_SECONDS", 0.01)
    done: list[str] = []

    def fail() -> None:
        raise OSError("no")

    async def fail_later() -> None:
        raise OSError("no")

    async def close() -> None:
        done.append("closed")

    for trim in (fail, lambda: done.append("trimmed")):
        desk.memory.add_trimmer(trim)
    for closer in (fail_later, anyio.sleep_forever, close):
        desk.memory.add_idle_closer(closer)
    desk.readings.used = 850
    with capture_logs() as logs:
        await desk.memory.sample()
    assert done == ["trimmed", "closed"]
    assert [line["event"] for line in logs] == ["memory_tight", "trimming_failed", "closing_idle_failed"]


async def test_tight_memory_is_told_when_the_level_changes(desk: Desk) -> None:
    with capture_logs() as logs:
        for used in (850, 860, 950, 960, 100, 850):
            desk.readings.used = used
            await desk.memory.sample()
    assert [line["level"] for line in logs] == ["high", "critical", "high"]


async def test_history_keeps_the_last_samples(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for used in range(memory.HISTORY + 5):
        desk.readings.used = used
        desk.readings.most = 10_000
        await desk.memory.sample()
    history = desk.memory.history()
    assert len(history) == memory.HISTORY
    assert (history[0].resident, history[-1].resident) == (5, memory.HISTORY + 4)
    assert history[0].moment == desk.clock.now()


async def test_it_samples_while_it_is_entered(desk: Desk) -> None:
    async with desk.memory as entered:
        await anyio.wait_all_tasks_blocked()
        assert len(entered.history()) == 1
    assert len(desk.memory.history()) == 1


async def test_it_stops_under_cancellation(desk: Desk) -> None:
    with anyio.CancelScope() as scope:
        async with desk.memory:
            scope.cancel()
            await anyio.sleep_forever()
    assert scope.cancelled_caught
