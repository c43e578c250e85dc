"""Every implementation of the event log, behind one fixture."""

from collections.abc import Callable

import pytest

from adapters.event_log.memory import LogBounds, MemoryEventLog
from services.events import EventType, RunEvent
from services.ports.events import EventLog
from tests.build import build
from tests.fakes import FakeClock

MakeLog = Callable[..., EventLog]


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(params=["memory"])
def make_log(request, clock) -> MakeLog:
    """Make a log: ``make_log(events=…, size=…, seconds=…)``."""

    def make(events: int = 8, size: int = 1 << 20, seconds: float = 600) -> EventLog:
        return build(MemoryEventLog, clock, LogBounds(events, size, seconds))

    return make


def event(run_seq: int, run: str = "r1", user: str = "u1", text: str = "") -> RunEvent:
    """Return an event to append."""
    return RunEvent(
        type=EventType.AGENT_THINKING,
        user_id=user,
        run_id=run,
        thread_id="t1",
        agent_name="agent",
        timestamp="2026-11-21T12:00:00+00:00",
        run_seq=run_seq,
        payload={"reasoning": text},
    )
