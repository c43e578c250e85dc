"""Ending runs that cannot end themselves, and telling past ones."""

from datetime import UTC, datetime, timedelta

import orjson
import pytest

from adapters.event_log.memory import LogBounds, MemoryEventLog
from services.agents.request import AgentFailed
from services.context import UserExecutionContext
from services.endings import end_run, replayed_run
from services.events import EventType as E
from services.ports.runs import Run, RunError, RunStatus
from tests.build import build
from tests.fakes import FakeClock
from tests.grammar_reading import faults
from tests.journals import journal_over

CONTEXT = UserExecutionContext("user-1", "thread-1", "run-1")
FAILURE = AgentFailed("the server stopped", error_type="interrupted", retryable=True)
BEGAN = datetime(2026, 11, 21, tzinfo=UTC)


@pytest.fixture
def log():
    return build(MemoryEventLog, FakeClock(), LogBounds(100, 1 << 20, 600))


@pytest.fixture
def journal(log):
    return journal_over(log)


async def sent(log):
    return [orjson.loads(frame.data) for frame in await log.read("user-1", 0)]


async def test_a_run_that_never_started_is_started_and_ended(journal, log):
    await end_run(journal, CONTEXT, FAILURE, "m1")
    events = await sent(log)
    assert [e["type"] for e in events] == ["agent_started", "agent_error"]
    assert events[0]["payload"]["context"] == {"message_id": "m1"}
    assert events[1]["payload"]["error_context"]["retryable"] is True


async def test_what_is_open_is_closed_first_the_innermost_before_the_outer(journal, log):
    await journal.append(CONTEXT, E.AGENT_STARTED, "s", {"status": "started"})
    sub = {"subagent_name": "a", "subagent_id": "s1"}
    await journal.append(CONTEXT, E.SUBAGENT_STARTED, "a", sub, "s1")
    for call in ("c1", "c2"):
        payload = {"tool_name": "t", "call_id": call}
        await journal.append(CONTEXT, E.TOOL_EXECUTING, "a", payload, call)
    await end_run(journal, CONTEXT, FAILURE, "m1")
    events = await sent(log)
    assert faults(events) == []
    assert [e["type"] for e in events[-4:]] == [
        "tool_completed",
        "tool_completed",
        "subagent_completed",
        "agent_error",
    ]
    assert {e["payload"]["error"]["code"] for e in events if e["type"] == "tool_completed"} == {"interrupted"}


async def test_a_run_that_has_ended_stays_as_it_is(journal, log):
    await end_run(journal, CONTEXT, FAILURE, "m1")
    await end_run(journal, CONTEXT, FAILURE, "m1")
    assert len(await sent(log)) == 2


def kept(status, **more):
    return Run("r1", "user-1", "t1", "m1", status, BEGAN, started_at=BEGAN, **more)


@pytest.mark.parametrize(
    ("run", "types"),
    [
        (kept(RunStatus.QUEUED), []),
        (kept(RunStatus.RUNNING), ["agent_started"]),
        (
            kept(RunStatus.COMPLETED, answer="hi", finished_at=BEGAN + timedelta(seconds=2)),
            ["agent_started", "agent_completed"],
        ),
        (
            kept(RunStatus.FAILED, error=RunError("timeout", "slow"), finished_at=BEGAN),
            ["agent_started", "agent_error"],
        ),
    ],
)
def test_a_kept_run_is_told_by_beginning_and_end(run, types):
    events = replayed_run(run)
    assert [event["type"] for event in events] == types
    assert all(event["replayed"] and "seq" not in event for event in events)
    if run.answer:
        assert (events[1]["payload"]["result"], events[1]["payload"]["execution_time_ms"]) == ("hi", 2000)
    if run.error:
        assert events[1]["payload"]["error_context"]["error_type"] == "timeout"
