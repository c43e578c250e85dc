"""What is done at one replica holds at the other: streams go on, runs are told and cancelled."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import pytest
from websockets.exceptions import ConnectionClosed

from tests.engines.postgres import Postgres
from tests.grammar_reading import faults
from tests.scenarios.client import Client, Socket
from tests.scenarios.replicas import Replicas, replicas
from tests.scenarios.tools import gate

pytestmark = pytest.mark.needs("postgres")

RUNS, QUEUED, CALLS, MESSAGES = 2, 1, 3, 12
"""What one user may have at once, or send in a minute."""


@pytest.fixture(scope="module")
async def pair(
    tmp_path_factory: pytest.TempPathFactory, postgres: Postgres
) -> AsyncGenerator[Replicas, None]:
    url = postgres.url(postgres.fresh(template=postgres.template()))
    limits = {
        "concurrent_runs": RUNS,
        "queued_runs": QUEUED,
        "concurrent_calls": CALLS,
        "call_wait": 0.2,
        "messages_per_minute": MESSAGES,
    }
    tools = {"modules": ["tests.scenarios.tools"]}
    data = tmp_path_factory.mktemp("replicas") / "data"
    async with replicas(data, url, limits=limits, tools=tools) as pair:
        yield pair


async def begun(client: Client, socket: Socket, name: str) -> str:
    """Start a run that waits at a gate; return its id once the call is open."""
    run_id: str = (await socket.ask(f"m-{name}", f'Wait at the gate "{name}"'))["run_id"]
    await socket.until(lambda: any(e["type"] == "tool_executing" for e in client.events[run_id]))
    return run_id


class Stream:
    """Server-Sent Events as a browser reads them; ``place`` is what it would send as ``Last-Event-ID``."""

    def __init__(self, lines: Any) -> None:
        self._lines, self.place = lines, ""

    async def next(self) -> dict[str, Any]:
        with anyio.fail_after(30):
            async for line in self._lines:
                if line.startswith("id: "):
                    self.place = line[4:]
                elif line.startswith("data: "):
                    message: dict[str, Any] = json.loads(line[6:])
                    return message
        raise EOFError

    async def until(self, kind: str) -> list[dict[str, Any]]:
        """Return the events up to the first of that type."""
        events: list[dict[str, Any]] = []
        while not events or events[-1]["type"] != kind:
            message = await self.next()
            events += [message] if "seq" in message else []
        return events


@asynccontextmanager
async def stream(client: Client, place: str = "") -> AsyncGenerator[Stream, None]:
    headers = {"Last-Event-ID": place} if place else {}
    async with client.http() as http, http.stream("GET", "/api/events", headers=headers) as answer:
        assert answer.status_code == 200
        yield Stream(answer.aiter_lines())


async def test_server_sent_events_go_on_at_the_other_replica_and_miss_nothing(pair: Replicas) -> None:
    at_a, at_b = await pair.user()
    async with at_a.socket() as socket:
        async with stream(at_a) as events:
            hello = await events.next()
            run_id = await begun(at_a, socket, "sse")
            seen = await events.until("tool_executing")
            place = events.place
        assert place == f"{hello['epoch']}:{seen[-1]['seq']}"
        gate("sse").set()  # what comes now comes while nobody reads it
        told = await socket.end_of(run_id)
    async with stream(at_b, place) as events:
        assert (await events.next())["resumed"] is True
        seen += await events.until("agent_completed")
    assert seen == told
    assert [event["seq"] for event in seen] == [*range(hello["head"] + 1, hello["head"] + len(seen) + 1)]


async def test_a_socket_that_is_cut_goes_on_at_the_other_replica(
    pair: Replicas,
) -> None:
    client, at_b = await pair.user()
    async with client.socket() as socket:
        run_id = await begun(client, socket, "socket")
        socket.cut()
    client.url = at_b.url
    async with client.socket(resume=True) as socket:
        assert socket.hello["resumed"] is True
        gate("socket").set()
        events = await socket.end_of(run_id)
    assert faults(events) == []
    assert events[-1]["type"] == "agent_completed"
    assert client.seqs == [*range(client.seqs[0], client.seqs[0] + len(client.seqs))]


async def test_a_fresh_socket_is_told_the_state_of_a_run_that_the_other_replica_has(pair: Replicas) -> None:
    at_a, fresh = await pair.user()
    async with at_a.socket() as socket:
        run_id = await begun(at_a, socket, "state")
        async with fresh.socket() as other:
            await other.until(lambda: len(fresh.replayed) == 3)
            state = [event["type"] for event in fresh.replayed]
            assert state == ["agent_started", "subagent_started", "tool_executing"]
            assert {event["run_id"] for event in fresh.replayed} == {run_id}
            assert fresh.replayed[-1]["payload"]["tool_name"] == "wait_at_gate"
            gate("state").set()
            events = await other.end_of(run_id)
        await socket.end_of(run_id)
    assert "tool_completed" in {event["type"] for event in events}
    assert at_a.events[run_id][-len(events) :] == events


@pytest.mark.parametrize("way", ["socket", "http"])
async def test_a_run_that_is_cancelled_at_one_replica_ends_at_the_other(pair: Replicas, way: str) -> None:
    at_a, at_b = await pair.user()
    async with at_a.socket() as socket:
        run_id = await begun(at_a, socket, f"cancel-{way}")
        assert run_id in pair.a.application.runs.live_run_ids
        if way == "http":
            async with at_b.http() as http:
                assert (await http.post(f"/api/runs/{run_id}/cancel")).status_code == 202
        else:
            async with at_b.socket() as other:
                await other.send(type="cancel", run_id=run_id)
        events = await socket.end_of(run_id)
    assert faults(events) == []
    completed = next(e for e in events if e["type"] == "tool_completed")
    assert completed["payload"]["error"]["code"] == "cancelled"
    assert events[-1]["payload"]["error_context"]["error_type"] == "cancelled"


async def test_nobody_cancels_the_run_of_another_from_another_replica(pair: Replicas) -> None:
    at_a, _ = await pair.user()
    _, stranger = await pair.user()
    async with at_a.socket() as socket:
        run_id = await begun(at_a, socket, "foreign")
        async with stranger.http() as http:
            assert (await http.post(f"/api/runs/{run_id}/cancel")).status_code == 404
        gate("foreign").set()
        assert (await socket.end_of(run_id))[-1]["type"] == "agent_completed"


async def test_logging_out_at_one_replica_closes_the_socket_at_the_other(pair: Replicas) -> None:
    at_a, at_b = await pair.user()
    async with at_b.socket() as socket:
        async with at_a.http() as http:
            assert (await http.post("/auth/logout")).status_code == 204
        with pytest.raises(ConnectionClosed):
            await socket.until(lambda: False)
        assert socket.connection.close_code == 4401


async def test_runs_at_once_are_counted_over_both_replicas(pair: Replicas) -> None:
    at_a, at_b = await pair.user()
    answers: list[dict[str, Any]] = []

    async def ask(socket: Socket, numbers: range) -> None:
        answers.extend([await socket.ask(f"m{number}", 'Wait at the gate "many"') for number in numbers])

    async with at_a.socket() as one, at_b.socket() as other, anyio.create_task_group() as tasks:
        tasks.start_soon(ask, one, range(4))
        tasks.start_soon(ask, other, range(4, 8))
    accepted = [answer["run_id"] for answer in answers if answer["type"] == "accepted"]
    assert len(accepted) == RUNS + QUEUED
    assert {a["code"] for a in answers if a["type"] == "rejected"} == {"too_many_runs"}
    gate("many").set()
    async with at_b.http() as http:
        with anyio.fail_after(30):
            for run_id in accepted:
                while (await http.get(f"/api/runs/{run_id}")).json()["status"] != "completed":
                    await anyio.sleep(0.02)


async def test_messages_a_minute_are_counted_over_both_replicas(pair: Replicas) -> None:
    at_a, at_b = await pair.user()
    answers: list[dict[str, Any]] = []

    async def ask(client: Client, socket: Socket, numbers: range) -> None:
        for number in numbers:
            answers.append(await socket.ask(f"m{number}", "What is 2 plus 2?"))
            if answers[-1]["type"] == "accepted":
                await socket.end_of(answers[-1]["run_id"])

    async with at_a.socket() as one, at_b.socket() as other, anyio.create_task_group() as tasks:
        tasks.start_soon(ask, at_a, one, range(MESSAGES))
        tasks.start_soon(ask, at_b, other, range(MESSAGES, 2 * MESSAGES))
    assert sum(answer["type"] == "accepted" for answer in answers) == MESSAGES
    assert {a["code"] for a in answers if a["type"] == "rejected"} == {"rate_limited"}


async def test_calls_at_once_are_counted_over_both_replicas(pair: Replicas) -> None:
    at_a, at_b = await pair.user()
    codes: list[str | None] = []

    async def call(client: Client) -> None:
        async with client.http() as http:
            answer = await http.post("/api/tools/wait_at_gate", json={"arguments": {"name": "calls"}})
        body = answer.json()
        codes.append(body["error"] and body["error"]["code"] if answer.is_success else body["code"])
        if len(codes) == 2 * CALLS + 1:
            gate("calls").set()

    async with anyio.create_task_group() as tasks:
        for number in range(3 * CALLS + 1):
            tasks.start_soon(call, (at_a, at_b)[number % 2])
    assert codes.count(None) == CALLS
    assert len({code for code in codes if code is not None}) == 1, codes
