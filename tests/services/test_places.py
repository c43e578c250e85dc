"""What one process holds of limits that all share."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import anyio
import pytest
from structlog.testing import capture_logs

from services import places as module
from services.errors import TooMuch, Unavailable
from services.places import Places
from services.ports.limits import Place
from services.tools.limits import CallBounds, CallLimits
from tests.build import build
from tests.fakes import FakeClock, SharedLimits

AWAY = Unavailable("away", code="storage_unavailable")


@pytest.fixture
def engine() -> SharedLimits:
    return SharedLimits(FakeClock())


@asynccontextmanager
async def process(
    engine: SharedLimits, per_user: int = 2, total: int = 100, wait: float = 20
) -> AsyncIterator[CallLimits]:
    """The call limits of one process."""
    async with build(Places, engine) as places:
        yield build(CallLimits, CallBounds(per_user, total, 10_000, wait), engine, places)


@pytest.fixture
async def two(engine: SharedLimits) -> AsyncIterator[tuple[CallLimits, CallLimits]]:
    async with AsyncExitStack() as stack:
        yield (
            await stack.enter_async_context(process(engine)),
            await stack.enter_async_context(process(engine)),
        )


async def refusal(limits: CallLimits) -> TooMuch:
    with pytest.raises(TooMuch) as caught:
        await limits.acquire("ann")
    return caught.value


async def test_a_users_calls_are_exact_for_all_processes_together(two: tuple[CallLimits, CallLimits]) -> None:
    running = most = 0
    met: set[int] = set()

    async def call(which: int) -> None:
        nonlocal running, most
        await two[which].acquire("ann")
        running += 1
        met.add(which)
        most = max(most, running)
        await anyio.lowlevel.checkpoint()
        running -= 1
        two[which].release("ann")

    with anyio.fail_after(30):
        async with anyio.create_task_group() as tasks:
            for number in range(40):
                tasks.start_soon(call, number % 2)
    assert met == {0, 1}
    assert most == 2
    assert [limits.active for limits in two] == [0, 0]


async def test_a_place_freed_elsewhere_is_found_by_who_waits(two: tuple[CallLimits, CallLimits]) -> None:
    one, other = two
    for _ in range(2):
        await one.acquire("ann")
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(other.acquire, "ann")
        await anyio.wait_all_tasks_blocked()
        assert other.active == 0
        one.release("ann")
        with anyio.fail_after(10):
            while not other.active:
                await anyio.sleep(0.01)
    assert (one.active, other.active) == (1, 1)


async def test_a_place_freed_here_goes_to_who_waits_here_without_a_pause(
    engine: SharedLimits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "AGAIN_S", 3600)
    async with process(engine) as limits:
        for _ in range(2):
            await limits.acquire("ann")
        with anyio.fail_after(10):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(limits.acquire, "ann")
                await anyio.wait_all_tasks_blocked()
                limits.release("ann")
        assert limits.active == 2


async def test_who_finds_no_place_elsewhere_is_refused_and_holds_up_nobody(engine: SharedLimits) -> None:
    async with process(engine) as one, process(engine, total=1, wait=0.05) as other:
        for _ in range(2):
            await one.acquire("ann")
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(refusal, other)
            await anyio.wait_all_tasks_blocked()
            await other.acquire("bob")  # the one place here was not kept by who waits for one elsewhere
            other.release("bob")
        assert (await refusal(other)).code == "too_many_calls"
        assert other.active == 0
        assert not other._lines
        one.release("ann")


@pytest.mark.parametrize("asks", ["hit", "take"])
async def test_an_engine_out_of_reach_never_means_allowed(engine: SharedLimits, asks: str) -> None:
    async with process(engine) as limits:
        reached = engine._reached

        async def away(asked: str) -> None:
            await reached(asked)
            if asked == asks:
                raise AWAY

        engine._reached = away  # type: ignore[method-assign]
        with pytest.raises(Unavailable):
            await limits.acquire("ann")
        assert limits.active == 0


async def test_an_engine_that_does_not_answer_is_unavailable(
    engine: SharedLimits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ANSWER_S", 0.05)
    async with build(Places, engine) as places:
        engine.gate = anyio.Event()
        with pytest.raises(Unavailable):
            await places.take("k", 1)
        engine.gate.set()


async def test_who_stops_waiting_keeps_no_place(engine: SharedLimits) -> None:
    async with process(engine) as limits:
        engine.gate = anyio.Event()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(limits.acquire, "ann")
            await anyio.wait_all_tasks_blocked()
            tasks.cancel_scope.cancel()
        engine.gate.set()
        assert limits.active == 0
        for _ in range(2):
            await limits.acquire("ann")
        for _ in range(2):
            limits.release("ann")


async def test_leaving_gives_back_what_was_held(engine: SharedLimits) -> None:
    async with build(Places, engine) as places:
        assert await places.take("k", 1)
    assert await engine.take(Place("k", "other"), 1, 60) is None


async def test_what_could_not_be_given_back_is_given_when_the_engine_is_back(
    engine: SharedLimits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "RETRY_S", 0.01)
    async with build(Places, engine) as places:
        assert await places.take("k", 1)
        engine.trouble = AWAY
        places.give("k")
        while engine.asked.count("give") < 2:
            await anyio.sleep(0.005)
        engine.trouble = None
        with anyio.fail_after(10):
            while not await places.take("k", 1):
                await anyio.sleep(0.005)


async def test_what_is_held_for_long_is_kept_and_a_loss_is_logged(
    engine: SharedLimits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "KEPT_EVERY_S", 0.01)

    async def kept(times: int) -> None:
        engine.asked.clear()
        with anyio.fail_after(10):
            while engine.asked.count("keep") < times:
                await anyio.sleep(0.005)

    with capture_logs() as logs:
        async with build(Places, engine) as places:
            assert await places.take("k", 1)
            for _ in range(3):
                engine._limits._clock.advance(module.LASTS_S * 0.9)  # type: ignore[attr-defined]
                await kept(2)
            assert await engine.take(Place("k", "other"), 1, 60) is not None
            assert logs == []
            engine._limits._clock.advance(module.LASTS_S)  # type: ignore[attr-defined]
            await kept(2)
    assert {line["event"] for line in logs} == {"places_lost"}
