"""One conversation over real sockets, by a client that knows only the protocol."""

import random
import uuid
from itertools import pairwise

import anyio
import pytest

from services.events import PAYLOAD_KEYS, EventType
from tests.grammar_reading import faults
from tests.scenarios.tools import gate


def fresh(prefix: str) -> str:
    return f"{prefix}{uuid.uuid4().hex[:12]}"


async def test_a_question_is_accepted_told_event_by_event_answered_and_kept(world):
    client = await world.user()
    number, percent = random.randint(100, 9999), random.randint(2, 98)
    async with client.socket() as socket:
        assert socket.hello["user_id"] == client.user_id
        accepted = await socket.ask("m1", f"What is {percent} % of {number}, and what time is it in Tokyo?")
        assert accepted["type"] == "accepted"
        events = await socket.end_of(accepted["run_id"])
        again = await socket.ask("m1", "something else")
    assert again["run_id"] == accepted["run_id"]
    assert faults(events) == []
    kinds = {e["type"] for e in events}
    assert {"agent_started", "agent_thinking", "tool_executing", "tool_completed", "agent_completed"} <= kinds
    for event in events:
        required, optional = PAYLOAD_KEYS[EventType(event["type"])]
        assert required <= event["payload"].keys() <= required | optional
        assert event["user_id"] == client.user_id
    answer = events[-1]["payload"]["result"]
    assert f"{number * percent / 100:.10g}" in answer.replace(",", "")
    async with client.http() as http:
        run = (await http.get(f"/api/runs/{accepted['run_id']}")).json()
        messages = (await http.get(f"/api/threads/{accepted['thread_id']}/messages")).json()["items"]
        call_id = next(e["payload"]["call_id"] for e in events if e["type"] == "tool_executing")
        call = (await http.get(f"/api/runs/{accepted['run_id']}/calls/{call_id}")).json()
    assert (run["status"], run["answer"]) == ("completed", answer)
    assert [m["role"] for m in messages] == ["assistant", "user"]
    assert call["status"] == "completed"


async def test_cancelling_during_a_tool_tells_the_tool_then_the_run(world):
    client, name = await world.user(), fresh("gate-")
    async with client.socket() as socket:
        accepted = await socket.ask("m1", f'Wait at the gate "{name}"')
        run_id = accepted["run_id"]
        await socket.until(lambda: any(e["type"] == "tool_executing" for e in client.events[run_id]))
        await socket.send(type="cancel", run_id=run_id)
        events = await socket.end_of(run_id)
    assert faults(events) == []
    completed = next(e for e in events if e["type"] == "tool_completed")
    assert completed["payload"]["error"]["code"] == "cancelled"
    assert completed["payload"]["success"] is False
    assert events[-1]["type"] == "agent_error"
    assert events[-1]["payload"]["error_context"]["error_type"] == "cancelled"


async def test_a_cut_in_mid_run_loses_and_doubles_nothing(world):
    client, name = await world.user(), fresh("gate-")
    async with client.socket() as socket:
        accepted = await socket.ask("m1", f'Wait at the gate "{name}"')
        run_id = accepted["run_id"]
        await socket.until(lambda: any(e["type"] == "tool_executing" for e in client.events[run_id]))
        socket.cut()
    gate(name).set()
    with anyio.fail_after(10):
        async with client.http() as http:
            while (await http.get(f"/api/runs/{run_id}")).json()["status"] == "running":
                await anyio.sleep(0.01)
    async with client.socket(resume=True) as socket:
        assert socket.hello["resumed"] is True
        events = await socket.end_of(run_id)
    assert faults(events) == []
    assert [e["run_seq"] for e in events] == list(range(1, len(events) + 1))
    assert client.seqs == list(range(client.seqs[0], client.seqs[-1] + 1))
    assert client.dropped == 0


async def test_a_client_without_memory_is_told_the_state_of_active_runs(world):
    client, name = await world.user(), fresh("gate-")
    async with client.socket() as socket:
        accepted = await socket.ask("m1", f'Wait at the gate "{name}"')
        run_id = accepted["run_id"]
        await socket.until(lambda: any(e["type"] == "tool_executing" for e in client.events[run_id]))
    client.events.clear()
    async with client.socket() as socket:
        await socket.until(lambda: any(e["type"] == "tool_executing" for e in client.replayed))
        gate(name).set()
        await socket.end_of(run_id)
    assert client.replayed[0]["type"] == "agent_started"
    assert not any("seq" in e for e in client.replayed)


async def test_a_foreign_epoch_is_refused_whole_and_told_as_a_gap(world):
    client = await world.user()
    async with client.socket() as socket:
        accepted = await socket.ask("m1", "What is 2 plus 2?")
        await socket.end_of(accepted["run_id"])
    client.epoch, client.last = "elsewhere", 1
    async with client.socket(resume=True) as socket:
        assert socket.hello["resumed"] is False
        await socket.until(lambda: len(client.replayed) == 2)
    assert client.controls[-1]["type"] == "gap"
    assert client.controls[-1]["reason"] == "epoch"
    assert [e["type"] for e in client.replayed] == ["agent_started", "agent_completed"]


async def test_server_sent_events_tell_the_same_log(world):
    client = await world.user()
    async with client.socket() as socket:
        accepted = await socket.ask("m1", "What is 3 plus 4?")
        events = await socket.end_of(accepted["run_id"])
    first = events[0]
    seen = []
    async with client.http() as http:
        after = f"{first['epoch']}:{first['seq']}"
        async with http.stream("GET", "/api/events", headers={"Last-Event-ID": after}) as stream:
            async for line in stream.aiter_lines():
                if line.startswith("id:"):
                    seen.append(line.removeprefix("id:").strip())
                if len(seen) == len(events) - 1:
                    break
    assert seen == [f"{e['epoch']}:{e['seq']}" for e in events[1:]]


@pytest.mark.timeout(120)
async def test_twenty_users_with_twenty_runs_each_never_see_anothers_canary(world):
    """Isolation: first the runs are shown to have interleaved, then nobody has seen a foreign word."""
    clients = [await world.user() for _ in range(20)]
    canaries = {client.name: [fresh(f"canary{n}x") for _ in range(20)] for n, client in enumerate(clients)}
    order: list[str] = []

    async def converse(client) -> None:
        async with client.socket() as socket:
            runs = []
            for canary in canaries[client.name]:
                accepted = await socket.ask(f"m-{canary}", f'Murmur the canary "{canary}"')
                runs.append(accepted["run_id"])
            for run_id in runs:
                await socket.end_of(run_id)
                order.append(client.name)

    async with anyio.create_task_group() as tasks:
        for client in clients:
            tasks.start_soon(converse, client)
    switches = sum(a != b for a, b in pairwise(order))
    assert switches > 40, "the users' runs did not interleave"
    for client in clients:
        text = str(client.events)
        assert all(canary in text for canary in canaries[client.name])
        foreign = [c for name, own in canaries.items() if name != client.name for c in own if c in text]
        assert foreign == []
        assert {e["user_id"] for run in client.events.values() for e in run} == {client.user_id}
        assert all(faults(run) == [] for run in client.events.values())
        assert client.seqs == list(range(client.seqs[0], client.seqs[-1] + 1))
