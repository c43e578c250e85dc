import threading
from typing import Any

import anyio
import pytest
from structlog.testing import capture_logs

from adapters.telemetry.loop_watch import LoopWatch
from tests.build import build


class Board:
    running_tool: str | None = None


def watch(board: Board | None = None) -> LoopWatch:
    made: LoopWatch = build(LoopWatch, board or Board(), 0.02)
    return made


def block_until(told: threading.Event) -> None:
    assert told.wait(10)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Set when a stall was reported."""
    event, tell = threading.Event(), LoopWatch._tell

    def telling(self: Any) -> None:
        tell(self)
        event.set()

    monkeypatch.setattr(LoopWatch, "_tell", telling)
    return event


async def test_a_stall_is_told_once_with_the_tool_and_what_it_is_doing(told: threading.Event) -> None:
    board = Board()
    with capture_logs() as logs:
        async with watch(board):
            board.running_tool = "slow_tool"
            block_until(told)
            told.clear()
            assert not told.wait(0.1)
    [line] = logs
    assert (line["event"], line["tool"], line["seconds"]) == ("loop_blocked", "slow_tool", 0.02)
    assert any(frame.startswith("block_until (test_loop_watch.py:") for frame in line["frames"])
    assert len(line["frames"]) <= 8


async def test_the_next_stall_is_told_again(told: threading.Event) -> None:
    with capture_logs() as logs:
        async with watch() as watching:
            block_until(told)
            while not watching._answered.is_set():
                await anyio.lowlevel.checkpoint()
            told.clear()
            block_until(told)
    told_of = [line["event"] for line in logs]
    assert told_of.count("loop_blocked") == 2


class Answers(threading.Event):
    """A loop that answers three times before everything is stopped."""

    def __init__(self, stopped: threading.Event) -> None:
        super().__init__()
        self.stopped, self.count = stopped, 0

    def wait(self, timeout: float | None = None) -> bool:
        self.count += 1
        if self.count == 3:
            self.stopped.set()
        return True


def test_a_loop_that_answers_is_left_in_peace() -> None:
    watching = watch()
    watching._answered = Answers(watching._stopped)
    with capture_logs() as logs:
        watching._watch()
    assert logs == []


async def test_leaving_stops_the_thread_and_the_task() -> None:
    async with watch() as watching:
        thread = watching._thread
        assert thread is not None
        assert thread.is_alive()
    assert not thread.is_alive()


async def test_leaving_under_cancellation_stops_the_thread_too() -> None:
    with anyio.CancelScope() as scope:
        async with watch() as watching:
            scope.cancel()
            await anyio.sleep_forever()
    assert watching._thread is not None
    assert not watching._thread.is_alive()


async def test_a_thread_that_is_gone_is_told_without_a_stack() -> None:
    watching = watch()
    watching._loop_thread = -1
    with capture_logs() as logs:
        watching._tell()
    assert logs[0]["frames"] == []
