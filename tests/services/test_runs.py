"""The golden path: from a message to a stored answer, and every way a run can be stopped, over a real
application.
"""

from collections import Counter
from typing import Any

import anyio
import orjson
import pytest
from dependency_injector import providers

from adapters.models.replies import RepliesModel, call
from config.limits import Limits
from config.settings import Settings
from containers.bootstrap import application_for_tests, running
from services.errors import InvalidInput, NotFound, TooMuch, Unavailable
from services.intake import RunRequest
from services.ports.identity import User
from services.ports.runs import NewRun, RunStatus, Turns
from tests.grammar_reading import faults

ANN = User("user-ann", "ann", frozenset({"user"}))
BOB = User("user-bob", "bob", frozenset({"user"}))


class Gate:
    """Lets the model wait until the test opens it, and counts who is inside."""

    def __init__(self) -> None:
        self.open, self.peak, self.inside = anyio.Event(), 0, 0
        self.entered: list[str] = []


class WaitingModel(RepliesModel):
    """Waits at the gate with every answer; routes to the assistant at once."""

    gate: Gate

    async def stream(self, messages, tools=()):
        task = messages[-1].content
        if messages[0].content.startswith("You route"):
            self._answer = call("assistant", task=task)
        else:
            self._answer = f"answer to {task}"
            self.gate.entered.append(task)
            self.gate.inside += 1
            self.gate.peak = max(self.gate.peak, self.gate.inside)
            try:
                await self.gate.open.wait()
            finally:
                self.gate.inside -= 1
        async for delta in super().stream(messages, tools):
            yield delta


@pytest.fixture
def soledoor_settings(tmp_path):
    limits = Limits(concurrent_runs=3, queued_runs=2, messages_per_minute=50)
    return Settings(data=tmp_path / "d", limits=limits)


@pytest.fixture
def gate():
    return Gate()


@pytest.fixture
def soledoor_overrides(soledoor_container, gate):
    model = WaitingModel()
    model.gate = gate
    soledoor_container.model.override(providers.Object(model))


async def ended(app, user, *run_ids):
    """Wait until these runs told their end; return all events of the user by run."""
    by_run: dict[str, list[dict[str, Any]]] = {}
    seen, watch = 0, app.log.watch(user.id)
    while not all(
        by_run.get(r) and by_run[r][-1]["type"] in ("agent_completed", "agent_error") for r in run_ids
    ):
        await watch.wait(seen)
        for frame in await app.log.read(user.id, seen):
            seen = frame.seq
            by_run.setdefault(frame.run_id, []).append(orjson.loads(frame.data))
    watch.close()
    return by_run


async def until(condition):
    while not condition():
        await anyio.sleep(0.002)


async def test_the_answer_is_stored_before_its_event_is_seen(soledoor_app, gate):
    gate.open.set()
    accepted = await soledoor_app.runs.start(ANN, RunRequest("m1", "hello there"))
    events = await ended(soledoor_app, ANN, accepted.run_id)
    run = await soledoor_app.run_store.run(ANN.id, accepted.run_id)
    assert (run.status, run.answer) == (RunStatus.COMPLETED, "answer to hello there")
    assert faults(events[accepted.run_id]) == []
    assert events[accepted.run_id][0]["payload"]["context"]["message_id"] == "m1"
    page = await soledoor_app.run_store.messages(ANN.id, accepted.thread_id)
    assert [(m.role, m.content) for m in page.items] == [
        ("assistant", "answer to hello there"),
        ("user", "hello there"),
    ]


async def test_a_repeated_message_starts_nothing_new_also_when_both_race(soledoor_app, gate):
    gate.open.set()
    seen = []

    async def send(content):
        seen.append(await soledoor_app.runs.start(ANN, RunRequest("m1", content)))

    async with anyio.create_task_group() as tasks:
        for number in range(10):
            tasks.start_soon(send, f"text {number}")
    await ended(soledoor_app, ANN, seen[0].run_id)
    await send("once more")
    assert len({accepted.run_id for accepted in seen}) == 1
    assert len(gate.entered) == 1


async def test_the_runs_of_a_thread_go_one_after_another(soledoor_app, gate):
    first = await soledoor_app.runs.start(ANN, RunRequest("m1", "one"))
    second = await soledoor_app.runs.start(ANN, RunRequest("m2", "two", thread_id=first.thread_id))
    await until(lambda: gate.entered == ["one"])
    assert (await soledoor_app.run_store.run(ANN.id, second.run_id)).status is RunStatus.QUEUED
    gate.open.set()
    await ended(soledoor_app, ANN, first.run_id, second.run_id)
    assert gate.entered == ["one", "two"]
    assert gate.peak == 1


async def test_runs_at_once_and_waiting_are_bounded_per_user_exactly(soledoor_app, gate):
    accepted, refused = [], []

    async def send(user, number):
        try:
            accepted.append(
                (user, await soledoor_app.runs.start(user, RunRequest(f"m{number}", f"q{number}")))
            )
        except TooMuch as refusal:
            refused.append(refusal.code)

    async with anyio.create_task_group() as tasks:
        for number in range(8):
            tasks.start_soon(send, ANN, number)
        tasks.start_soon(send, BOB, 99)
    assert Counter(user.id for user, _ in accepted) == {ANN.id: 5, BOB.id: 1}
    assert refused == ["too_many_runs"] * 3
    await until(lambda: gate.inside == 4)
    gate.open.set()
    for user in (ANN, BOB):
        await ended(soledoor_app, user, *(a.run_id for owner, a in accepted if owner is user))
    assert gate.peak == 4


async def test_cancelling_a_running_run_ends_it_and_lets_the_next_one_go(soledoor_app, gate):
    first = await soledoor_app.runs.start(ANN, RunRequest("m1", "one"))
    second = await soledoor_app.runs.start(ANN, RunRequest("m2", "two", thread_id=first.thread_id))
    await until(lambda: gate.entered)
    await soledoor_app.runs.cancel(ANN.id, first.run_id)
    await until(lambda: gate.entered == ["one", "two"])
    gate.open.set()
    events = await ended(soledoor_app, ANN, first.run_id, second.run_id)
    assert events[first.run_id][-1]["payload"]["error_context"]["error_type"] == "cancelled"
    assert all(faults(events[run]) == [] for run in (first.run_id, second.run_id))
    assert (await soledoor_app.run_store.run(ANN.id, first.run_id)).status is RunStatus.CANCELLED
    await soledoor_app.runs.cancel(ANN.id, first.run_id)


async def test_a_run_cancelled_while_it_waits_is_told_by_the_grammar(soledoor_app, gate):
    first = await soledoor_app.runs.start(ANN, RunRequest("m1", "one"))
    second = await soledoor_app.runs.start(ANN, RunRequest("m2", "two", thread_id=first.thread_id))
    await soledoor_app.runs.cancel(ANN.id, second.run_id)
    events = await ended(soledoor_app, ANN, second.run_id)
    assert [e["type"] for e in events[second.run_id]] == ["agent_started", "agent_error"]
    gate.open.set()
    await ended(soledoor_app, ANN, first.run_id)
    assert gate.entered == ["one"]


async def test_what_is_not_the_users_is_not_found(soledoor_app, gate):
    gate.open.set()
    mine = await soledoor_app.runs.start(ANN, RunRequest("m1", "one"))
    with pytest.raises(NotFound):
        await soledoor_app.runs.cancel(BOB.id, mine.run_id)
    with pytest.raises(NotFound):
        await soledoor_app.runs.start(BOB, RunRequest("m1", "x", thread_id=mine.thread_id))
    with pytest.raises(NotFound):
        await soledoor_app.runs.start(BOB, RunRequest("m1", "x", files=("no_such_file",)))
    assert (await soledoor_app.run_store.threads(BOB.id)).items == []


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        (RunRequest("m1", "  "), "content"),
        (RunRequest("m1", "x" * 32_001), "content"),
        (RunRequest("", "x"), "message_id"),
        (RunRequest("m1", "x", agent="nobody"), "agent"),
        (RunRequest("m1", "x", files=("f",) * 21), "files"),
    ],
)
async def test_a_wrong_message_names_its_field_and_stores_nothing(soledoor_app, request_, field):
    with pytest.raises(InvalidInput) as refusal:
        await soledoor_app.runs.start(ANN, request_)
    assert [error.field for error in refusal.value.errors] == [field]
    assert (await soledoor_app.run_store.threads(ANN.id)).items == []


async def test_state_and_window_tell_active_and_past_runs(soledoor_app, soledoor_container, gate):
    running = await soledoor_app.runs.start(ANN, RunRequest("m1", "one"))
    await until(lambda: gate.entered)
    states = soledoor_container.web().asgi.state.door.states
    state = await states.state(ANN.id)
    assert [(e["type"], e["run_id"], e["replayed"]) for e in state] == [
        ("agent_started", running.run_id, True),
        ("subagent_started", running.run_id, True),
    ]
    assert not {"seq", "epoch", "run_seq"} & state[0].keys()
    gate.open.set()
    await ended(soledoor_app, ANN, running.run_id)
    window = await states.window(ANN.id)
    assert [e["type"] for e in window] == ["agent_started", "agent_completed"]
    assert window[1]["payload"]["result"] == "answer to one"
    assert await states.window(BOB.id) == await states.state(BOB.id) == []


async def test_an_answer_that_waits_for_the_store_is_not_late(tmp_path, gate, monkeypatch):
    """The time of a run counts its work; the store may need longer."""
    settings = Settings(data=tmp_path / "slow", limits=Limits(run_timeout=0.5))
    with application_for_tests(settings) as container:
        model = WaitingModel()
        model.gate = gate
        gate.open.set()
        container.model.override(providers.Object(model))
        async with running(container) as app:
            store, tried = app.run_store, []

            async def finish(*arguments, **named):
                tried.append(anyio.current_time())
                if tried[-1] - tried[0] < 1:
                    raise Unavailable("the store is away")
                return await type(store).finish(store, *arguments, **named)

            monkeypatch.setattr(store, "finish", finish)
            accepted = await app.runs.start(ANN, RunRequest("m1", "hello there"))
            events = (await ended(app, ANN, accepted.run_id))[accepted.run_id]
            run = await app.run_store.run(ANN.id, accepted.run_id)
    assert len(tried) > 1
    assert (run.status, run.answer) == (RunStatus.COMPLETED, "answer to hello there")
    assert (events[-1]["type"], faults(events)) == ("agent_completed", [])


async def test_draining_takes_nothing_new_and_waits_for_what_runs(soledoor_app, gate):
    running = await soledoor_app.runs.start(ANN, RunRequest("m1", "one"))
    await until(lambda: gate.entered)
    assert not await soledoor_app.runs.drain(0.01)
    with pytest.raises(Unavailable) as refusal:
        await soledoor_app.runs.start(ANN, RunRequest("m2", "two"))
    assert refusal.value.code == "draining"
    assert (await soledoor_app.runs.start(ANN, RunRequest("m1", "one"))).run_id == running.run_id
    gate.open.set()
    assert await soledoor_app.runs.drain(5)


async def test_what_a_stopped_process_left_is_ended_honestly_at_the_next_start(soledoor_settings, gate):
    with application_for_tests(soledoor_settings) as container:
        async with running(container) as app:
            new = NewRun("run_left", ANN.id, "m1", "left over", new_thread_id="thread_left")
            await app.run_store.accept(new, "a dead process", Turns(1, 0))
    with application_for_tests(soledoor_settings) as container:
        async with running(container) as app:
            events = await ended(app, ANN, "run_left")
            run = await app.run_store.run(ANN.id, "run_left")
    assert run.error is not None
    assert (run.status, run.error.error_type, run.error.retryable) == (RunStatus.FAILED, "interrupted", True)
    assert [e["type"] for e in events["run_left"]] == ["agent_started", "agent_error"]


async def test_leaving_the_application_interrupts_what_still_runs(soledoor_settings, gate, tmp_path):
    with application_for_tests(soledoor_settings) as container:
        model = WaitingModel()
        model.gate = gate
        container.model.override(providers.Object(model))
        async with running(container) as app:
            accepted = await app.runs.start(ANN, RunRequest("m1", "one"))
            await until(lambda: gate.entered)
        assert not gate.inside
    with application_for_tests(soledoor_settings) as container:
        async with running(container) as app:
            run = await app.run_store.run(ANN.id, accepted.run_id)
    assert run.error is not None
    assert (run.status, run.error.error_type) == (RunStatus.FAILED, "interrupted")
