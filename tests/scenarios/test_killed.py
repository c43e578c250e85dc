"""A server that is killed in mid-work: what was seen stays, what was accepted is there, and no run hangs.

``SOLEDOOR_TEST_KILLS=20`` kills it as often as that; a few times are enough for every day.
"""

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

import anyio
import httpx2
from websockets.exceptions import ConnectionClosed

from tests.clients import http_client
from tests.grammar_reading import faults
from tests.processes import server_process
from tests.scenarios.client import PASSWORD, Client, Socket, logged_in

KILLS = int(os.environ.get("SOLEDOOR_TEST_KILLS", "2"))
USERS = 6
SEEN_BY_EACH = 40
"""Events that every user sees between two kills."""

SETTINGS = {
    "limits__lease": "1",
    "limits__messages_per_minute": "100000",
    "limits__calls_per_minute": "100000",
    "limits__kept_events": "100000",  # more than anybody sees here, in twenty kills too
    "auth__login_attempts": "1000",
}


@dataclass
class Talker:
    """A user who keeps asking; remembers every message that was sent and every run that was promised."""

    client: Client
    sent: list[str] = field(default_factory=list)
    runs: dict[str, str] = field(default_factory=dict)

    async def talk(self) -> None:
        """Ask until the server is gone."""
        with suppress(ConnectionClosed, OSError):
            async with self.client.socket(resume=bool(self.client.seqs)) as socket:
                assert socket.hello["resumed"] is bool(self.client.seqs)
                while True:
                    self.sent.append(f"m{len(self.sent)}")
                    await self.ask(socket, self.sent[-1])

    async def catch_up(self) -> None:
        """Send again what was not answered, and see every run end."""
        async with self.client.socket(resume=bool(self.client.seqs)) as socket:
            assert socket.hello["resumed"] is bool(self.client.seqs)
            for message_id in self.sent:
                if message_id not in self.runs:
                    await self.ask(socket, message_id)
            for run_id in self.runs.values():
                await socket.end_of(run_id)

    async def ask(self, socket: Socket, message_id: str) -> None:
        """Send a message until it is accepted: while too many wait, once more after each end of a run."""
        while message_id not in self.runs:
            ends = self.ends()
            answer = await socket.ask(message_id, f"What is {message_id[1:]} plus 2?")
            if answer["type"] == "accepted":
                self.runs[message_id] = answer["run_id"]
            else:
                assert answer["code"] == "too_many_runs", answer
                await socket.until(self.more_than(ends))

    def ends(self) -> int:
        """How many runs this client has seen the end of."""
        return sum(self.client.ended(run_id) for run_id in list(self.client.events))

    def more_than(self, ends: int) -> Callable[[], bool]:
        return lambda: self.ends() > ends

    async def check(self) -> None:
        """Hold what this client saw against what the server has."""
        async with self.client.http() as http:
            for run_id in self.runs.values():
                events = self.client.events[run_id]
                assert faults(events) == []
                kept = (await http.get(f"/api/runs/{run_id}/events")).json()["items"]
                assert [event["seq"] for event in kept] == [event["seq"] for event in events]
                assert kept == events
                run = (await http.get(f"/api/runs/{run_id}")).json()
                assert run["status"] in ("completed", "failed")
        assert self.client.seqs == list(range(self.client.seqs[0], self.client.seqs[-1] + 1))


async def kill_under_load(data, talkers: list[Talker]) -> None:
    """Serve until everybody has seen enough, then kill the server in the middle of it."""
    async with server_process(data, **SETTINGS) as server:
        if not talkers:
            async with anyio.create_task_group() as tasks:
                for user in range(USERS):
                    tasks.start_soon(server.account, f"user{user}", PASSWORD)
            talkers += [Talker(await logged_in(server.url, f"user{user}")) for user in range(USERS)]
        wanted = [len(talker.client.seqs) + SEEN_BY_EACH for talker in talkers]
        async with anyio.create_task_group() as tasks:
            for talker in talkers:
                talker.client.url = server.url
                tasks.start_soon(talker.talk)
            with anyio.fail_after(60):
                while any(len(t.client.seqs) < w for t, w in zip(talkers, wanted, strict=True)):
                    await anyio.sleep(0.01)
            server.kill()
        await server.process.wait()


async def test_a_killed_server_keeps_what_was_seen_and_ends_what_it_had_accepted(tmp_path):
    data, talkers = tmp_path / "data", list[Talker]()
    for _ in range(KILLS):
        await kill_under_load(data, talkers)
    interrupted = 0
    async with server_process(data, **SETTINGS) as server:
        async with anyio.create_task_group() as tasks:
            for talker in talkers:
                talker.client.url = server.url
                tasks.start_soon(talker.catch_up)
        for talker in talkers:
            await talker.check()
            ends = [talker.client.events[run_id][-1] for run_id in talker.runs.values()]
            interrupted += sum(end["type"] == "agent_error" for end in ends)
        async with http_client(server.url) as http:
            assert (await http.get("/readyz")).status_code == 200
    assert interrupted > 0, "nothing was under way when the server was killed"


async def test_a_direct_call_that_a_kill_cut_is_told_as_interrupted_by_the_next_server(tmp_path):
    settings = {"tools__modules": "tests.scenarios.steady_tools", "limits__lease": "1"}
    asked = {"arguments": {"path": str(tmp_path / "never")}}

    async def call(client):
        with suppress(httpx2.TransportError):
            async with client.http() as http:
                await http.post("/api/tools/await_file", json=asked)

    def of_type(client, kind):
        return [event for events in client.events.values() for event in events if event["type"] == kind]

    async with server_process(tmp_path / "data", **settings) as server, anyio.create_task_group() as tasks:
        await server.account("ann", PASSWORD)
        client = await logged_in(server.url, "ann")
        async with client.socket() as socket:
            tasks.start_soon(call, client)
            await socket.until(lambda: bool(of_type(client, "tool_executing")))
            server.kill()
            await server.process.wait()
    async with server_process(tmp_path / "data", **settings) as server:
        client.url = server.url
        async with client.socket(resume=True) as socket:
            assert socket.hello["resumed"] is True
            await socket.until(lambda: bool(of_type(client, "tool_completed")))
    (executing,), (completed,) = of_type(client, "tool_executing"), of_type(client, "tool_completed")
    assert executing["payload"]["call_id"] == completed["payload"]["call_id"]
    assert executing["run_id"] == completed["run_id"]
    assert completed["payload"]["error"]["code"] == "interrupted"
