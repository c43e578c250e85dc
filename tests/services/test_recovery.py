"""What a dead process left is ended by another, once, by the grammar; a live process keeps its runs."""

import anyio
import orjson
import pytest

from adapters.alone.leases import MemoryLeases
from config.limits import Limits
from config.settings import Settings
from containers.bootstrap import application_for_tests, running
from services.context import UserExecutionContext
from services.errors import Superseded, Unavailable
from services.events import EventType as E
from services.ports.events import Place
from services.ports.runs import NewRun, RunStatus, Turns
from services.recovery import RunRecovery
from services.replica import Replica
from tests.build import build
from tests.fakes import FakeClock
from tests.grammar_reading import faults
from tests.journals import journal_over

TURNS = Turns(10, 10)


class Leases(MemoryLeases):
    """Leases that can be out of reach."""

    away = answered = False
    gate: anyio.Event | None = None

    async def hold(self, replica, seconds):
        if self.away:
            raise Unavailable("the leases are away")
        if self.gate is not None:
            await self.gate.wait()
            self.answered = True
        await super().hold(replica, seconds)


@pytest.fixture
async def world(tmp_path):
    """An application whose background look-out is off: the test looks."""
    with application_for_tests(Settings(data=tmp_path / "d")) as container:
        container.tender.override(container.settings)
        async with running(container) as application:
            yield container, application


async def until(condition):
    with anyio.fail_after(5):
        while not condition():
            await anyio.sleep(0.005)


async def left(app, number=1, status=RunStatus.RUNNING, thread=None, message="left over"):
    """Store a run of a process that is gone."""
    new = NewRun(f"run-{number}", "ann", f"m{number}", message, thread, "" if thread else f"thread-{number}")
    run, _ = await app.run_store.accept(new, "a dead process", TURNS)
    assert run.status is status
    return run


async def told(app, run):
    return [orjson.loads(frame.data) for frame in await app.log.read_run(run.user_id, run.run_id)]


def context_of(run):
    return UserExecutionContext(run.user_id, run.thread_id, run.run_id)


async def as_the_dead(container, run, *events):
    """Send events of a run as its former owner did."""
    journal = journal_over(container.event_log(), container.deliveries())
    journal.own(run.user_id, run.run_id, run.fence)
    for kind, subject in events:
        key = "subagent_id" if kind in (E.SUBAGENT_STARTED, E.SUBAGENT_COMPLETED) else "call_id"
        payload = {key: subject, "tool_name": "calculate", "subagent_name": "assistant"} if subject else {}
        await journal.append(context_of(run), kind, "supervisor", payload, subject)
    return journal


async def test_open_calls_are_closed_then_the_run_is_told_as_interrupted(world):
    container, app = world
    run = await left(app)
    await as_the_dead(
        container, run, (E.AGENT_STARTED, None), (E.SUBAGENT_STARTED, "s1"), (E.TOOL_EXECUTING, "c1")
    )
    assert await container.recovery().look() == 1
    events = await told(app, run)
    assert [event["type"] for event in events[3:]] == ["tool_completed", "subagent_completed", "agent_error"]
    assert faults(events) == []
    assert events[3]["payload"]["error"]["code"] == "interrupted"
    error = events[-1]["payload"]["error_context"]
    assert (error["error_type"], error["retryable"]) == ("interrupted", True)
    stored = await app.run_store.run("ann", run.run_id)
    assert (stored.status, stored.error.error_type) == (RunStatus.FAILED, "interrupted")


async def test_a_run_that_never_started_is_told_from_its_beginning(world):
    container, app = world
    first = await left(app)
    waiting = await left(app, 2, RunStatus.QUEUED, first.thread_id)
    assert await container.recovery().look() == 2
    assert [event["type"] for event in await told(app, waiting)] == ["agent_started", "agent_error"]


async def test_an_answer_that_was_stored_and_not_told_is_told(world):
    container, app = world
    run = await left(app)
    await as_the_dead(container, run, (E.AGENT_STARTED, None))
    await app.run_store.finish(
        "ann", run.run_id, RunStatus.COMPLETED, fence=1, answer="It is 42.", answer_id="a1"
    )
    assert await container.recovery().look() == 1
    events = await told(app, run)
    assert [event["type"] for event in events] == ["agent_started", "agent_completed"]
    assert events[-1]["payload"]["result"] == "It is 42."
    assert (await app.run_store.run("ann", run.run_id)).status is RunStatus.COMPLETED


async def test_an_end_that_the_log_has_is_only_noted(world):
    container, app = world
    run = await left(app)
    await as_the_dead(container, run, (E.AGENT_STARTED, None), (E.AGENT_ERROR, None))
    await app.run_store.finish("ann", run.run_id, RunStatus.CANCELLED, fence=1)
    await container.recovery().look()
    assert len(await told(app, run)) == 2
    with anyio.fail_after(5):
        while (await app.run_store.run("ann", run.run_id)).told is None:
            await anyio.sleep(0.01)
    head = await app.log.head("ann")
    assert (await app.run_store.run("ann", run.run_id)).told == Place(head.epoch, 2)
    assert await container.recovery().look() == 0


async def test_what_the_former_owner_says_after_that_is_refused(world):
    container, app = world
    run = await left(app)
    zombie = await as_the_dead(container, run, (E.AGENT_STARTED, None))
    await container.recovery().look()
    assert not await zombie.append(context_of(run), E.AGENT_COMPLETED, "supervisor", {})
    with pytest.raises(Superseded):
        await app.run_store.finish(
            "ann", run.run_id, RunStatus.COMPLETED, fence=1, answer="late", answer_id="a1"
        )
    assert [event["type"] for event in await told(app, run)] == ["agent_started", "agent_error"]


async def test_the_runs_of_a_process_that_holds_its_lease_are_left_alone(world):
    container, app = world
    run = await left(app)
    await container.leases().hold("a dead process", 60)
    assert await container.recovery().look() == 0
    await container.leases().release("a dead process")
    assert await container.recovery().look() == 1
    assert faults(await told(app, run)) == []


async def test_of_two_finders_one_ends_the_run(world):
    container, app = world
    run = await left(app)
    other_replica = build(Replica, container.leases(), 10)
    await container.leases().hold(other_replica.id, 60)
    finders = [
        container.recovery(),
        build(RunRecovery, other_replica, app.run_store, container.leases(), app.log, container.journal()),
    ]
    ended = []

    async def look(finder):
        ended.append(await finder.look())

    async with anyio.create_task_group() as tasks:
        for finder in finders:
            tasks.start_soon(look, finder)
    assert sorted(ended) == [0, 1]
    assert [event["type"] for event in await told(app, run)] == ["agent_started", "agent_error"]


async def test_what_was_begun_while_the_log_was_away_is_ended_by_the_next_look(world):
    container, app = world
    run = await left(app)
    log, fence = app.log, app.log.fence

    async def away(*args):
        raise Unavailable("the log is away")

    log.fence = away
    with pytest.raises(Unavailable):
        await container.recovery().look()
    log.fence = fence
    assert await container.recovery().look() == 1
    assert faults(await told(app, run)) == []


async def test_what_another_finder_took_over_meanwhile_is_left_to_it(world):
    container, app = world
    run = await left(app)
    log, fence, finish = app.log, app.log.fence, app.run_store.finish

    async def away(*args):
        raise Unavailable("the log is away")

    log.fence = away
    with pytest.raises(Unavailable):
        await container.recovery().look()
    log.fence = fence

    await container.leases().hold("faster", 60)

    async def too_late(*args, **named):
        assert await app.run_store.take_over(await app.run_store.run("ann", run.run_id), "faster") == 3
        return await finish(*args, **named)

    app.run_store.finish = too_late  # between our reading the run and our ending it
    assert await container.recovery().look() == 0
    assert await container.recovery().look() == 0
    assert await told(app, run) == []
    assert not container.journal()._runs


async def test_after_leases_were_out_of_reach_nobody_is_judged_for_one_lease(tmp_path):
    leases = build(Leases, FakeClock())
    replica = build(Replica, leases, 0.2)
    async with replica:
        leases.away = True
        await until(lambda: not replica.steady)
        leases.away = False
        await until(lambda: replica.steady)
    assert await leases.without({replica.id}) == {replica.id}


async def test_while_a_renewal_gets_no_answer_and_for_one_lease_after_it_nobody_is_judged(tmp_path):
    leases = build(Leases, FakeClock())
    replica = build(Replica, leases, 0.2)
    async with replica:
        await until(lambda: replica.steady)
        leases.gate = anyio.Event()
        await until(lambda: not replica.steady)  # no error: a locked file, or a server that stands still
        leases.gate.set()
        await until(lambda: leases.answered)
        assert not replica.steady
        await until(lambda: replica.steady)


async def test_a_run_that_was_taken_over_while_it_waited_for_its_turn_leaves_without_a_word(tmp_path):
    from services.intake import RunRequest
    from services.ports.identity import User

    ann = User("ann", "ann", frozenset({"user"}))
    with application_for_tests(Settings(data=tmp_path / "d", limits=Limits(lease=60))) as container:
        container.tender.override(container.settings)
        async with running(container) as app:
            await left(app, thread=None)  # holds the thread's turn
            accepted = await app.runs.start(ann, RunRequest("m2", "hi", "thread-1"))
            assert (app.runs.active, app.runs.waiting) == (0, 1)
            run = await app.run_store.run("ann", accepted.run_id)
            assert await app.run_store.take_over(run, "finder") == 2
            await app.runs.begin_waiting()
            await until(lambda: not app.runs.live_run_ids)
            assert await told(app, run) == []
            assert not container.journal()._runs
            assert (await app.run_store.run("ann", run.run_id)).status is RunStatus.QUEUED


async def test_a_process_that_lost_its_run_stops_it_without_a_word(tmp_path):
    from dependency_injector import providers

    from adapters.models.replies import RepliesModel
    from services.intake import RunRequest
    from services.ports.identity import User

    entered = anyio.Event()

    class Waiting(RepliesModel):
        async def stream(self, messages, tools=()):
            entered.set()
            await anyio.sleep_forever()
            yield  # pragma: no cover

    with application_for_tests(Settings(data=tmp_path / "d", limits=Limits(lease=60))) as container:
        container.model.override(providers.Object(Waiting()))
        async with running(container) as app:
            accepted = await app.runs.start(User("ann", "ann", frozenset({"user"})), RunRequest("m1", "hi"))
            await entered.wait()
            run = await app.run_store.run("ann", accepted.run_id)
            assert await app.run_store.take_over(run, "finder") == 2
            await app.log.fence("ann", accepted.run_id, 2)
            before = len(await told(app, run))
            await app.runs.cancel("ann", accepted.run_id)
            await until(lambda: not app.runs.live_run_ids)
            assert len(await told(app, run)) == before
            assert (await app.run_store.run("ann", run.run_id)).status is RunStatus.RUNNING
