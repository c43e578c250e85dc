"""The journal numbers a run's events, whoever sends them, and loses none to a cancellation."""

import anyio
import pytest

from adapters.event_log.memory import LogBounds, MemoryEventLog
from services.context import UserExecutionContext
from services.errors import GrammarError, Unavailable
from services.events import EventType as E
from services.journal import RunJournal
from tests.build import build
from tests.fakes import FakeClock

CONTEXT = UserExecutionContext("user-1", "thread-1", "run-1")


class TroubledLog(MemoryEventLog):
    """A real log that can be slow, or away."""

    away = False
    gate: anyio.Event | None = None

    async def append(self, event, fence=0):
        if self.gate is not None:
            await self.gate.wait()
        if self.away:
            raise Unavailable("the store is away")
        return await super().append(event, fence)


@pytest.fixture
def log():
    return build(TroubledLog, FakeClock(), LogBounds(100, 1 << 20, 600))


@pytest.fixture
def journal(log):
    return build(RunJournal, log, FakeClock())


async def seqs(log):
    return [(f.seq, f.data.count(b'"run_seq":%d' % n)) for n, f in enumerate(await log.read("user-1", 0), 1)]


async def think(journal):
    return await journal.append(CONTEXT, E.AGENT_THINKING, "a", {"reasoning": ""})


async def test_two_producers_of_one_run_neither_collide_nor_leave_a_hole(journal, log):
    await journal.append(CONTEXT, E.AGENT_STARTED, "a", {})
    async with anyio.create_task_group() as tasks:
        for _ in range(20):
            tasks.start_soon(think, journal)
    assert await seqs(log) == [(n, 1) for n in range(1, 22)]


async def test_an_event_whose_sending_was_cut_is_sent_before_the_next(journal, log):
    await journal.append(CONTEXT, E.AGENT_STARTED, "a", {})
    log.gate = anyio.Event()
    with anyio.move_on_after(0.01):
        await think(journal)
    assert len(await log.read("user-1", 0)) == 1
    log.gate = None
    await journal.append(CONTEXT, E.AGENT_COMPLETED, "a", {})
    assert await seqs(log) == [(1, 1), (2, 1), (3, 1)]


async def test_settle_sends_what_a_cancellation_cut(journal, log):
    await journal.append(CONTEXT, E.AGENT_STARTED, "a", {})
    log.gate = anyio.Event()
    with anyio.move_on_after(0.01):
        await think(journal)
    log.gate = None
    assert await journal.settle(CONTEXT)
    assert await journal.settle(CONTEXT)
    assert await seqs(log) == [(1, 1), (2, 1)]


async def test_while_the_log_is_away_events_wait_and_the_run_goes_on(journal, log):
    log.away = True
    assert not await journal.append(CONTEXT, E.AGENT_STARTED, "a", {})
    assert not await think(journal)
    log.away = False
    assert await think(journal)
    assert await seqs(log) == [(1, 1), (2, 1), (3, 1)]


async def test_a_run_that_ended_sends_nothing_more(journal):
    await journal.append(CONTEXT, E.AGENT_STARTED, "a", {})
    await journal.append(CONTEXT, E.AGENT_ERROR, "a", {})
    assert journal.has_ended("user-1", "run-1")
    with pytest.raises(GrammarError, match="has ended"):
        await think(journal)


async def test_a_direct_call_leaves_nothing_behind_and_the_next_goes_on_counting(journal, log):
    for call in ("c1", "c2"):
        await journal.append(CONTEXT, E.TOOL_EXECUTING, "direct", {}, call)
        assert [e.type for e in journal.open_events("user-1", "run-1")] == [E.TOOL_EXECUTING]
        await journal.append(CONTEXT, E.TOOL_COMPLETED, "direct", {}, call)
        assert journal.open_events("user-1", "run-1") == []
    assert await seqs(log) == [(1, 1), (2, 1), (3, 1), (4, 1)]
    assert not journal._runs


async def test_state_tells_what_is_active_and_open_of_this_user_only(journal):
    other = UserExecutionContext("user-2", "thread-2", "run-2")
    for context in (CONTEXT, other):
        await journal.append(context, E.AGENT_STARTED, "a", {})
    await journal.append(CONTEXT, E.TOOL_EXECUTING, "a", {}, "c1")
    await journal.append(CONTEXT, E.TOOL_EXECUTING, "a", {}, "c2")
    await journal.append(CONTEXT, E.TOOL_COMPLETED, "a", {}, "c1")
    assert [(e.run_id, e.type) for e in journal.state("user-1")] == [
        ("run-1", E.AGENT_STARTED),
        ("run-1", E.TOOL_EXECUTING),
    ]
