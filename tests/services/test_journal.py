"""The journal numbers a run's events, whoever sends them, and loses none to a cancellation."""

import anyio
import orjson
import pytest

from adapters.event_log.memory import LogBounds, MemoryEventLog
from services.context import UserExecutionContext
from services.errors import GrammarError, Unavailable
from services.events import EventType as E
from services.ports.events import Place
from tests.build import build
from tests.fakes import FakeClock
from tests.journals import KeptDeliveries, journal_over

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
def deliveries():
    return KeptDeliveries()


@pytest.fixture
def journal(log, deliveries):
    return journal_over(log, deliveries, most=5)


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


async def test_while_the_log_is_away_events_wait_and_are_sent_by_themselves_when_it_is_back(journal, log):
    other = UserExecutionContext("user-2", "thread-2", "run-2")
    log.away = True
    async with journal._sender:
        assert not await journal.append(CONTEXT, E.AGENT_STARTED, "a", {})
        log.gate = anyio.Event()  # to ask again for each event would hold up the run
        assert not await think(journal)
        assert not await journal.append(other, E.AGENT_STARTED, "a", {})
        assert journal._sender.waiting == 3
        log.away, log.gate = False, None
        watches = [(log.watch("user-1"), 1), (log.watch("user-2"), 0)]
        for watch, after in watches:
            await watch.wait(after)
        assert await think(journal)
        assert journal._sender.waiting == 0
    assert await seqs(log) == [(1, 1), (2, 1), (3, 1)]


async def test_what_waits_is_sent_at_the_end_when_the_log_is_back_by_then(journal, log):
    log.away = True
    async with journal._sender:
        await journal.append(CONTEXT, E.AGENT_STARTED, "a", {})
        log.away = False
    assert await seqs(log) == [(1, 1)]


async def test_thinking_gives_way_first_then_progress_and_what_marks_the_run_never(journal, log):
    log.away = True
    await journal.append(CONTEXT, E.AGENT_STARTED, "a", {})
    for number in range(3):
        await journal.append(CONTEXT, E.PROGRESS_UPDATE, "a", {"message": f"{number}"})
        await think(journal)
    for call in ("c1", "c2"):
        await journal.append(CONTEXT, E.TOOL_EXECUTING, "a", {}, call)
        await journal.append(CONTEXT, E.TOOL_COMPLETED, "a", {}, call)
    await journal.append(CONTEXT, E.AGENT_COMPLETED, "a", {})
    log.away = False
    async with journal._sender:
        pass
    wires = [orjson.loads(frame.data) for frame in await log.read("user-1", 0)]
    assert [wire["type"] for wire in wires] == [
        "agent_started",
        *["tool_executing", "tool_completed"] * 2,
        "agent_completed",
    ]
    assert [wire["run_seq"] for wire in wires] == [1, 2, 3, 4, 5, 6]
    assert sum(count for (count,) in journal._sender._metrics.of("events_shed")) == 6


async def test_a_run_that_another_process_took_over_is_silent_here(journal, log, deliveries):
    lost = []
    journal.when_superseded(lambda *run: lost.append(run))
    journal.own("user-1", "run-1", 1)
    await journal.append(CONTEXT, E.AGENT_STARTED, "a", {})
    await log.fence("user-1", "run-1", 2)
    assert not await think(journal)
    assert lost == [("user-1", "run-1")]
    assert not await journal.append(CONTEXT, E.AGENT_COMPLETED, "a", {})
    assert await seqs(log) == [(1, 1)]
    assert deliveries.ends == []
    journal.release("user-1", "run-1")
    assert not journal._runs


async def test_a_run_is_gone_on_with_where_the_log_says_it_stands(journal, log, deliveries):
    await journal.append(CONTEXT, E.AGENT_STARTED, "a", {})
    await journal.append(CONTEXT, E.TOOL_EXECUTING, "a", {"call_id": "c1"}, "c1")
    await journal.append(CONTEXT, E.TOOL_EXECUTING, "a", {"call_id": "c2"}, "c2")
    await journal.append(CONTEXT, E.TOOL_COMPLETED, "a", {"call_id": "c1"}, "c1")
    finder = journal_over(log, deliveries, most=5)
    await log.fence("user-1", "run-1", 2)
    await finder.adopt("user-1", "run-1", 2)
    assert finder.has_started("user-1", "run-1")
    assert [event.payload["call_id"] for event in finder.open_events("user-1", "run-1")] == ["c2"]
    with pytest.raises(GrammarError, match="tool calls are open"):
        await finder.append(CONTEXT, E.AGENT_ERROR, "a", {})
    await finder.append(CONTEXT, E.TOOL_COMPLETED, "a", {"call_id": "c2"}, "c2")
    await finder.append(CONTEXT, E.AGENT_ERROR, "a", {})
    assert await seqs(log) == [(n, 1) for n in range(1, 7)]
    place = Place((await log.head("user-1")).epoch, 6)
    assert deliveries.ends == [("user-1", "run-1", place)]
    late = journal_over(log, deliveries, most=5)
    await late.adopt("user-1", "run-1", 3)
    assert late.has_ended("user-1", "run-1")
    assert deliveries.ends[1:] == deliveries.ends[:1]


async def test_a_run_whose_first_events_were_trimmed_has_started_all_the_same(deliveries):
    small = build(TroubledLog, FakeClock(), LogBounds(2, 1 << 20, 600))
    first = journal_over(small, deliveries, most=5)
    await first.append(CONTEXT, E.AGENT_STARTED, "a", {})
    for _ in range(3):
        await think(first)
    finder = journal_over(small, deliveries, most=5)
    await finder.adopt("user-1", "run-1", 2)
    assert finder.has_started("user-1", "run-1")
    await finder.append(CONTEXT, E.AGENT_ERROR, "a", {})
    assert b'"run_seq":5' in (await small.read("user-1", 4))[0].data


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
