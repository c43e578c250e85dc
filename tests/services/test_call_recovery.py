"""A direct call whose process died is told as interrupted by another, once; a live process keeps its own."""

import anyio
import orjson
import pytest

from config.settings import Settings, Tools
from containers.bootstrap import application_for_tests, running
from services.context import UserExecutionContext
from services.errors import Unavailable
from services.events import EventType as E
from services.open_calls import KIND, OpenCalls
from services.ports.identity import User
from tests.build import build
from tests.journals import journal_over
from tests.services import counting_tools

ANN = User("user-ann", "ann", frozenset({"user"}))
CONTEXT = UserExecutionContext("ann", "direct_1", "run_1")
PAYLOAD = {"call_id": "c1", "tool_name": "calculate"}


class Elsewhere:
    """Another process, by its id alone."""

    def __init__(self, id_):
        self.id = id_


@pytest.fixture
async def world(tmp_path):
    """An application whose background look-out is off: the test looks."""
    tools = Tools(modules=("tests.services.counting_tools",))
    with application_for_tests(Settings(data=tmp_path / "d", tools=tools)) as container:
        container.tender.override(container.settings)
        async with running(container):
            yield container


def notes_of(container, process):
    return build(OpenCalls, container.ephemeral(), Elsewhere(process))


async def left_by(container, process, *, ended=False):
    """Make a call as that process, and go no further; return its journal."""
    await notes_of(container, process).begin(CONTEXT)
    journal = journal_over(container.event_log())
    await journal.append(CONTEXT, E.TOOL_EXECUTING, "direct", PAYLOAD, "c1")
    if ended:
        await journal.append(CONTEXT, E.TOOL_COMPLETED, "direct", PAYLOAD, "c1")
    return journal


async def told(container):
    frames = await container.event_log().read_run("ann", "run_1")
    return [orjson.loads(frame.data) for frame in frames]


async def notes(container):
    return await container.ephemeral().of_kind(KIND, 10)


async def test_an_open_call_is_completed_as_interrupted_once(world):
    await left_by(world, "a dead process")
    assert await world.call_recovery().look() == 1
    executing, completed = await told(world)
    assert (executing["type"], completed["type"]) == ("tool_executing", "tool_completed")
    assert completed["agent_name"] == "direct"
    assert (completed["payload"]["call_id"], completed["payload"]["success"]) == ("c1", False)
    assert completed["payload"]["error"]["code"] == "interrupted"
    assert await notes(world) == []
    assert await world.call_recovery().look() == 0


async def test_what_was_recovered_already_is_not_told_again(world):
    """The finder died before it could remove the note."""
    await left_by(world, "a dead process")
    await world.call_recovery().look()
    await notes_of(world, "a dead process").begin(CONTEXT)
    assert await world.call_recovery().look() == 1
    assert len(await told(world)) == 2
    assert await notes(world) == []


async def test_a_call_that_had_ended_only_loses_its_note(world):
    await left_by(world, "a dead process", ended=True)
    before = await told(world)
    assert await world.call_recovery().look() == 1
    assert (await told(world), await notes(world)) == (before, [])


async def test_what_the_former_owner_still_says_is_refused(world):
    journal = await left_by(world, "a process that stood still")
    await world.call_recovery().look()
    assert await journal.append(CONTEXT, E.TOOL_COMPLETED, "direct", PAYLOAD, "c1") is False
    assert len(await told(world)) == 2


async def test_a_live_process_keeps_its_calls(world):
    await world.leases().hold("alive", 60)
    await left_by(world, "alive")
    assert await world.call_recovery().look() == 0
    assert len(await notes(world)) == len(await told(world)) == 1


async def test_nobody_is_judged_while_the_leases_may_be_wrong(world, monkeypatch):
    await left_by(world, "a dead process")
    monkeypatch.setattr(type(world.replica()), "steady", property(lambda _: False))
    assert await world.call_recovery().look() == 0
    assert len(await notes(world)) == 1


async def test_where_the_log_is_away_the_next_look_ends_it(world, monkeypatch):
    await left_by(world, "a dead process")
    log = world.event_log()

    async def away(*_):
        raise Unavailable("away")

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(log, "append", away)
        with pytest.raises(Unavailable):
            await world.call_recovery().look()
        assert len(await notes(world)) == len(await told(world)) == 1
    with anyio.fail_after(20):
        while await notes(world):
            try:
                await world.call_recovery().look()
            except Unavailable:
                await anyio.sleep(0.05)
    assert [event["type"] for event in await told(world)] == ["tool_executing", "tool_completed"]


async def test_a_call_is_noted_while_it_runs_and_no_longer(world, monkeypatch):
    started, go_on = anyio.Event(), anyio.Event()
    monkeypatch.setattr(counting_tools, "STARTED", started)
    monkeypatch.setattr(counting_tools, "GO_ON", go_on)
    elsewhere = notes_of(world, "elsewhere")
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(world.calls().call, ANN, "count_slowly", {"name": "noted"})
        await started.wait()
        (call,) = await elsewhere.of_others()
        assert (call.user_id, call.owner) == (ANN.id, world.replica().id)
        assert await world.open_calls().of_others() == []
        assert [frame.run_id for frame in await world.event_log().read(ANN.id, 0)] == [call.run_id]
        go_on.set()
    assert await notes(world) == []


async def test_a_call_that_cannot_be_noted_is_not_made(world, monkeypatch):
    counting_tools.RAN.clear()

    async def away(*_):
        raise Unavailable("away")

    monkeypatch.setattr(world.ephemeral(), "put", away)
    with pytest.raises(Unavailable):
        await world.calls().call(ANN, "count_up", {"name": "unnoted"})
    assert counting_tools.RAN["unnoted"] == 0


async def test_a_note_that_cannot_be_removed_costs_nobody_an_answer(world, monkeypatch):
    async def away(*_):
        raise Unavailable("away")

    monkeypatch.setattr(world.ephemeral(), "take", away)
    result = await world.calls().call(ANN, "calculate", {"expression": "6*7"})
    assert result.result["result"] == "42"
    assert len(await notes(world)) == 1
