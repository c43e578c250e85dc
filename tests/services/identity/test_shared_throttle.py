"""The throttle of several processes: what one has counted, all have."""

import anyio
import pytest

from services.errors import TooMuch, Unavailable
from services.identity import shared_guesses as module
from services.identity.throttle import LoginThrottle
from tests.build import build
from tests.fakes import FakeClock, HereValues, SharedLimits

ATTEMPTS = 3


class Processes:
    """Two throttles over one engine."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.limits, values = SharedLimits(self.clock), HereValues(self.clock)
        self.both = [build(LoginThrottle, self.clock, self.limits, values, ATTEMPTS) for _ in range(2)]
        self.guesses = 0

    async def guess(self, which: int, name: str, address: str, *, right: bool = False) -> bool:
        """Return whether the guess was let in."""
        try:
            async with self.both[which].guess(name, address) as attempt:
                self.guesses += 1
                await anyio.lowlevel.checkpoint()
                if right:
                    attempt.succeeded()
        except TooMuch:
            return False
        return True


@pytest.fixture
def processes(monkeypatch: pytest.MonkeyPatch) -> Processes:
    monkeypatch.setattr(module, "AGAIN_S", 0.01)
    monkeypatch.setattr(module, "WAIT_S", 0.05)
    return Processes()


async def test_a_burst_at_two_processes_makes_no_more_wrong_guesses_than_at_one(processes: Processes) -> None:
    async with anyio.create_task_group() as tasks:
        for number in range(40):
            tasks.start_soon(processes.guess, number % 2, f"name{number}", "h1")
    assert processes.guesses == ATTEMPTS


async def test_failures_count_everywhere_until_the_window_is_over(processes: Processes) -> None:
    for _ in range(ATTEMPTS):
        assert await processes.guess(0, "ann", "h1")
    with pytest.raises(TooMuch) as caught:
        async with processes.both[1].guess("bob", "h1"):
            pass
    assert caught.value.code == "throttled"
    assert caught.value.retry_after_s is not None
    assert 200 < caught.value.retry_after_s <= 300
    assert await processes.guess(1, "bob", "h2")
    processes.clock.advance(300)
    assert await processes.guess(1, "bob", "h1")


async def test_right_guesses_cost_nobody_anything(processes: Processes) -> None:
    for number in range(ATTEMPTS * 4):
        assert await processes.guess(number % 2, f"owner{number}", "h1", right=True)


async def test_where_an_owner_came_from_is_known_everywhere(processes: Processes) -> None:
    assert await processes.guess(0, "ann", "home", right=True)
    for number in range(ATTEMPTS * 2):
        await processes.guess(0, "ann", f"stranger{number}")
    assert not await processes.guess(1, "ann", "elsewhere")
    assert await processes.guess(1, "ann", "home", right=True)


async def test_a_guess_that_was_cut_off_counts_and_one_that_met_an_error_of_ours_does_not(
    processes: Processes,
) -> None:
    for _ in range(ATTEMPTS * 2):
        with pytest.raises(KeyError):
            async with processes.both[0].guess("ann", "h1"):
                raise KeyError
    for _ in range(ATTEMPTS):
        with anyio.CancelScope() as scope:
            async with processes.both[0].guess("ann", "h1"):
                scope.cancel()
                await anyio.sleep_forever()
    assert not await processes.guess(1, "bob", "h1")


async def test_without_the_engine_nobody_may_guess(processes: Processes) -> None:
    processes.limits.trouble = Unavailable("away")
    with pytest.raises(Unavailable):
        await processes.guess(0, "ann", "h1")
    assert processes.guesses == 0
