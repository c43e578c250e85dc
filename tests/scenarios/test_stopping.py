"""A server that is asked to stop under load, and one that stood still for longer than its lease."""

import signal
from collections import defaultdict
from dataclasses import replace

import anyio
import httpx2
import pytest

from tests.clients import http_client
from tests.grammar_reading import faults
from tests.processes import server_process
from tests.scenarios.client import PASSWORD, Socket, logged_in

RUNS = 3
SETTINGS = {"tools__modules": "tests.scenarios.steady_tools", "limits__lease": "1"}


async def begun(socket: Socket, message_id: str, content: str) -> str:
    """Start a run and return it once its call is under way."""
    answer = await socket.ask(message_id, content, agent="assistant")
    run_id: str = answer["run_id"]
    events = socket.client.events[run_id]
    await socket.until(lambda: any(e["type"] == "tool_executing" for e in events))
    return run_id


async def end_of(http: httpx2.AsyncClient, run_id: str) -> dict[str, object]:
    """Return the run once it has ended."""
    with anyio.fail_after(20):
        while (run := (await http.get(f"/api/runs/{run_id}")).json())["status"] in ("queued", "running"):
            await anyio.sleep(0.05)
    return dict(run)


async def test_a_server_that_is_stopped_ends_what_it_can_and_interrupts_the_rest_in_time(tmp_path):
    go_on, never = tmp_path / "go on", tmp_path / "never"
    async with server_process(tmp_path / "data", server__drain_seconds="4", **SETTINGS) as server:
        await server.account("ann", PASSWORD)
        client = await logged_in(server.url, "ann")
        async with client.socket() as socket, client.http() as http:
            done = [await begun(socket, f"m{n}", f'Await the file "{go_on}"') for n in range(RUNS)]
            cut = [await begun(socket, f"n{n}", f'Await the file "{never}"') for n in range(RUNS)]
            with anyio.fail_after(10):
                server.stop()
                while (answer := await http.get("/readyz")).status_code != 503:
                    await anyio.sleep(0.01)
                assert answer.json()["reasons"] == {"accepting": "The server is stopping."}
                refused = await socket.ask("late", "What is 2 plus 2?")
                assert (refused["type"], refused["code"]) == ("rejected", "draining")
                go_on.touch()
                for run_id in done:
                    assert (await socket.end_of(run_id))[-1]["type"] == "agent_completed"
                assert not any(client.ended(run_id) for run_id in cut)
                assert await server.process.wait() == 0
        assert not [line for line in server.lines if line.get("level") == "error"]
    async with server_process(tmp_path / "data", **SETTINGS) as server:
        client.url = server.url
        async with client.socket(resume=True) as socket, client.http() as http:
            assert socket.hello["resumed"] is True
            for run_id in cut:
                events = await socket.end_of(run_id)
                assert events[-1]["payload"]["error_context"]["error_type"] == "interrupted"
            for run_id in done + cut:
                assert faults(client.events[run_id]) == []
                assert (await end_of(http, run_id))["status"] == ("completed" if run_id in done else "failed")


@pytest.mark.needs("postgres")
async def test_a_server_that_stood_still_for_longer_than_its_lease_is_refused_and_serves_again(
    tmp_path, postgres_url
):
    """Its late events and its late answer; what waited at it for a turn is given up as well."""
    go_on = tmp_path / "go on"
    settings = SETTINGS | {"database__url": postgres_url, "limits__concurrent_runs": "1"}
    async with (
        server_process(tmp_path / "data", **settings) as zombie,
        server_process(tmp_path / "data", **settings) as other,
    ):
        await other.account("ann", PASSWORD)
        here = await logged_in(zombie.url, "ann")
        there = replace(here, url=other.url, events=defaultdict(list), seqs=[], controls=[])
        async with here.socket() as at_zombie, there.socket() as at_other, there.http() as http:
            run_id = await begun(at_zombie, "m1", f'Await the file "{go_on}"')
            waiting = (await at_zombie.ask("m2", "What is 2 plus 2?"))["run_id"]
            zombie.process.send_signal(signal.SIGSTOP)
            try:
                for each in (run_id, waiting):
                    told = await at_other.end_of(each)
                    assert told[-1]["payload"]["error_context"]["error_type"] == "interrupted"
                go_on.touch()
            finally:
                zombie.process.send_signal(signal.SIGCONT)
            for each in (run_id, waiting):
                assert await at_zombie.end_of(each) == there.events[each]
            async with http_client(zombie.url, timeout=30) as probe:
                with anyio.fail_after(20):
                    while not {"soledoor_active_runs 0.0", "soledoor_waiting_runs 0.0"} <= {
                        *(await probe.get("/metrics")).text.splitlines()
                    }:
                        await anyio.sleep(0.05)
            anew = (await at_zombie.ask("m3", "What is 2 plus 2?"))["run_id"]
            assert (await at_zombie.end_of(anew))[-1]["type"] == "agent_completed"
            assert await at_other.end_of(anew) == here.events[anew]
            for each in (run_id, waiting, anew):
                assert faults(there.events[each]) == []
                assert (await http.get(f"/api/runs/{each}/events")).json()["items"] == there.events[each]
                assert (await end_of(http, each))["status"] == ("completed" if each == anew else "failed")
