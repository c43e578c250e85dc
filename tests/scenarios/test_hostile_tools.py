"""Tools that do harm, through a whole server: each call ends once, others go on, nothing stays behind."""

import uuid

import anyio
import pytest

from config.settings import Settings
from containers.bootstrap import application_for_tests, running
from tests.grammar_reading import faults
from tests.processes import server_process
from tests.scenarios.client import PASSWORD, logged_in

ENDINGS = {
    "never_return": "timeout",
    "block_a_thread": "timeout",
    "exit_the_process": "tool_failed",
    "return_too_much": "result_too_large",
    "return_itself": "tool_failed",
    "return_no_json": "tool_failed",
    "block_the_loop": None,
}


@pytest.fixture(scope="module")
async def server(tmp_path_factory):
    data = tmp_path_factory.mktemp("hostile") / "data"
    await accounts_in(data)
    modules = {"tools__modules": "tests.scenarios.hostile_tools", "limits__tool_timeout": "1"}
    modules |= {"limits__calls_per_minute": "10000", "auth__login_attempts": "1000"}
    async with server_process(data, **modules) as server:
        yield server


async def accounts_in(data):
    """Make the accounts before the server starts: a command for each would start a process for each."""
    with application_for_tests(Settings(data=data)) as container:
        async with running(container) as application:
            for name, role in (("victim", "user"), ("neighbour", "user"), ("keeper", "admin")):
                await application.accounts.create(name, PASSWORD, frozenset({"user", role}))


async def call(http, name, **arguments):
    answer = await http.post(f"/api/tools/{name}", json={"arguments": arguments})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def told(socket, run_id):
    """Return the events of a direct call, once its end was told."""
    events = socket.client.events[run_id]
    await socket.until(lambda: any(event["type"] == "tool_completed" for event in events))
    return events


@pytest.mark.parametrize(("name", "code"), ENDINGS.items())
async def test_each_ends_once_and_another_user_is_served(server, name, code):
    victim, neighbour = await logged_in(server.url, "victim"), await logged_in(server.url, "neighbour")
    async with victim.socket() as socket, victim.http() as http, neighbour.http() as others:
        result = await call(http, name)
        events = await told(socket, result["run_id"])
        echoes = [(await call(others, "echo", text=str(n)))["result"] for n in range(20)]
    assert (result["error"] or {}).get("code") == code
    assert faults(events, ended=False) == []
    assert [event["type"] for event in events] == ["tool_executing", "tool_completed"]
    assert echoes == [str(n) for n in range(20)]


async def test_the_tool_that_holds_the_loop_is_named_in_the_log(server):
    victim = await logged_in(server.url, "victim")
    async with victim.http() as http:
        await call(http, "block_the_loop")
    await server.logged(lambda line: line["event"] == "loop_blocked" and names_it(line))


def names_it(line):
    """Whether a line names the tool and the place in it; a busy machine may block a loop by itself."""
    return line["tool"] == "block_the_loop" and any("block_the_loop" in frame for frame in line["frames"])


async def test_a_thread_that_overstays_is_accounted_for_until_it_ends(server):
    victim, keeper = await logged_in(server.url, "victim"), await logged_in(server.url, "keeper")
    async with victim.http() as http, keeper.http() as admin:
        await call(http, "block_a_thread")
        assert (await call(admin, "system_status"))["result"]["overrunning_tool_threads"] >= 1
        with anyio.fail_after(20):
            while (await call(admin, "system_status"))["result"]["overrunning_tool_threads"]:
                await anyio.sleep(0.1)


async def test_a_result_of_100_megabytes_leaves_less_than_50_behind(server):
    victim = await logged_in(server.url, "victim")
    async with victim.http() as http:
        await call(http, "echo", text="warm")
        before = server.resident
        result = await call(http, "return_too_much")
        uncut = f"/api/runs/{result['run_id']}/calls/{result['call_id']}"
        assert len((await http.get(uncut)).json()["result"]) == 100_000_000
        with anyio.fail_after(30):
            while server.resident - before > 50_000_000:
                await call(http, "echo", text=uuid.uuid4().hex)
                await anyio.sleep(0.1)
    assert len(result["result"]) == 65_536
