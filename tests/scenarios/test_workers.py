"""``serve --workers``: forks of one process that share a socket, and agree on all else through PostgreSQL."""

import os
import signal
import threading
from collections import defaultdict
from collections.abc import AsyncGenerator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path

import anyio
import anyio.lowlevel
import pytest

from adapters.cli.forks import fork
from tests.forking import launcher
from tests.grammar_reading import faults
from tests.processes import ROOT, ServerProcess, server_process
from tests.scenarios.client import PASSWORD, Client, Socket, logged_in

pytestmark = pytest.mark.needs("postgres")
WORKERS = 2


@asynccontextmanager
async def crew(data: Path, url: str, drain: int = 4) -> AsyncGenerator[tuple[ServerProcess, Client], None]:
    """Serve by workers, with one account; they may take ``drain`` seconds to stop."""
    settings = {
        "database__url": url,
        "tools__modules": "tests.scenarios.steady_tools",
        "limits__lease": "5",
        "limits__sockets_per_user": "50",
        "server__drain_seconds": str(drain),
    }
    async with server_process(data, "--workers", str(WORKERS), **settings) as server:
        await server.account("ann", PASSWORD)
        yield server, await logged_in(server.url, "ann")


def workers(server: ServerProcess) -> set[int]:
    """The processes that the server's has forked."""
    pid = server.process.pid
    return {int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()}


def lives(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def worker_of(server: ServerProcess, socket: Socket) -> int:
    """The worker at the other end, by the kernel's table of connections."""
    ends = [socket.connection.remote_address[1], socket.connection.local_address[1]]
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    (inode,) = {line[9] for line in lines if [int(end[-4:], 16) for end in line[1:3]] == ends}
    (found,) = {pid for pid in workers(server) if f"socket:[{inode}]" in open_files(pid)}
    return found


def open_files(pid: int) -> set[str]:
    return {str(each.readlink()) for each in Path(f"/proc/{pid}/fd").iterdir() if each.is_symlink()}


async def sockets_of_each(server: ServerProcess, client: Client, stack: AsyncExitStack) -> dict[int, Socket]:
    """Open a socket at every worker: the others stand still while it takes the connection."""
    found: dict[int, Socket] = {}
    for wanted in workers(server):
        with anyio.fail_after(40), standing_still(workers(server) - {wanted}):
            while wanted not in found:
                own = replace(client, events=defaultdict(list), seqs=[], controls=[])
                socket = await stack.enter_async_context(own.socket())
                found.setdefault(worker_of(server, socket), socket)
    return found


@contextmanager
def standing_still(pids: set[int]) -> Iterator[None]:
    """Stop these processes for the block."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


async def test_what_happens_at_one_worker_is_seen_at_the_other(tmp_path, postgres_url):
    async with crew(tmp_path / "data", postgres_url) as (server, client), AsyncExitStack() as stack:
        assert threads_of(server.process.pid) == 1, "a fork takes no thread along"
        one, other = (await sockets_of_each(server, client, stack)).values()
        asked = await one.ask("m1", "What is 2 plus 2?")
        told = await other.end_of(asked["run_id"])
        assert faults(told) == []
        assert told == await one.end_of(asked["run_id"])
        again = await other.ask("m1", "What is 2 plus 2?")
        assert again["run_id"] == asked["run_id"]
        more = await other.ask("m2", "What is 3 plus 3?", thread_id=asked["thread_id"])
        assert (await one.end_of(more["run_id"]))[-1]["payload"]["result"] == "3 plus 3 is **6**."


def threads_of(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/task").iterdir()))


async def test_a_worker_that_is_killed_is_replaced_and_its_run_ends_honestly(tmp_path, postgres_url):
    async with crew(tmp_path / "data", postgres_url) as (server, client), AsyncExitStack() as stack:
        before = workers(server)
        sockets = await sockets_of_each(server, client, stack)
        (doomed, there), (_, here) = sockets.items()
        asked = await there.ask("m1", f'Await the file "{tmp_path / "never"}"', agent="assistant")
        begun = here.client.events[asked["run_id"]]
        await here.until(lambda: any(event["type"] == "tool_executing" for event in begun))
        os.kill(doomed, signal.SIGKILL)
        died = await server.logged(lambda line: line["event"] == "worker_died" and line["pid"] == doomed)
        assert died["code"] == -signal.SIGKILL
        told = await here.end_of(asked["run_id"])
        assert faults(told) == []
        assert told[-1]["payload"]["error_context"]["error_type"] == "interrupted"
        with anyio.fail_after(20):
            while len(workers(server)) < WORKERS:
                await anyio.sleep(0.05)
        assert doomed not in workers(server)
        assert len(workers(server) & before) == WORKERS - 1
        anew = await sockets_of_each(server, client, stack)
        for number, socket in enumerate(anew.values()):
            asked = await socket.ask(f"n{number}", "What is 2 plus 2?")
            assert (await socket.end_of(asked["run_id"]))[-1]["type"] == "agent_completed"


async def test_a_stop_ends_every_worker_and_what_they_can(tmp_path, postgres_url):
    go_on = tmp_path / "go on"
    async with crew(tmp_path / "data", postgres_url) as (server, client), AsyncExitStack() as stack:
        sockets = await sockets_of_each(server, client, stack)
        content = f'Await the file "{go_on}"'
        runs = [await socket.ask(f"m{pid}", content, agent="assistant") for pid, socket in sockets.items()]
        one = next(iter(sockets.values()))
        started = [one.client.events[run["run_id"]] for run in runs]
        await one.until(lambda: all({"tool_executing"} & {e["type"] for e in each} for each in started))
        with anyio.fail_after(40):
            server.stop()
            await server.logged(lambda line: line["event"] == "stopping")
            go_on.touch()
            for socket, run in zip(sockets.values(), runs, strict=True):  # each worker waits for its own
                assert (await socket.end_of(run["run_id"]))[-1]["type"] == "agent_completed"
            assert await server.process.wait() == 0
        await server.logged(lambda _: said(server, "stopped") == WORKERS)
        assert not [line for line in server.lines if line.get("level") == "error"]
        assert not any(map(lives, sockets))


async def test_a_second_stop_lets_no_worker_wait(tmp_path, postgres_url):
    async with crew(tmp_path / "data", postgres_url, 240) as (server, client), AsyncExitStack() as stack:
        for pid, socket in (await sockets_of_each(server, client, stack)).items():
            asked = await socket.ask(f"m{pid}", f'Await the file "{tmp_path / "never"}"', agent="assistant")
            events = socket.client.events[asked["run_id"]]
            await socket.until(lambda: "tool_executing" in {e["type"] for e in events})  # noqa: B023 - called at once
        with anyio.fail_after(60):
            for times in (1, 2):
                server.stop()
                await server.logged(lambda _: said(server, "stopping") == times * WORKERS)  # noqa: B023
            assert await server.process.wait() == 0


async def test_a_stop_ends_a_worker_that_has_only_begun(tmp_path, postgres_url):
    """Born with its parent's handlers, it would take the signal for one to hand on, and serve for ever."""
    async with crew(tmp_path / "data", postgres_url) as (server, _):
        before = workers(server)
        os.kill(min(before), signal.SIGKILL)
        with anyio.fail_after(60):
            while workers(server) <= before:
                await anyio.lowlevel.checkpoint()
            server.stop()
            assert await server.process.wait() == 0


def said(server: ServerProcess, what: str) -> int:
    return [line["event"] for line in server.lines].count(what)


async def test_workers_that_cannot_start_are_one_refusal(tmp_path, postgres_url):
    settings = {"DATA": str(tmp_path / "data"), "DATABASE__URL": postgres_url, "TOOLS__MODULES": "missing"}
    command = [str(launcher()), "serve", "--port", "0", "--workers", str(WORKERS)]
    env = {**os.environ, **{f"SOLEDOOR_{name}": value for name, value in settings.items()}}
    with anyio.fail_after(60):
        done = await anyio.run_process(command, check=False, env=env, cwd=ROOT)
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"missing" in done.stderr
    assert b"soledoor: a worker did not start" in done.stderr


async def test_workers_end_when_their_parent_is_gone(tmp_path, postgres_url):
    async with crew(tmp_path / "data", postgres_url) as (server, _):
        left = workers(server)
        assert len(left) == WORKERS
        server.kill()
        with anyio.fail_after(40):
            while any(map(lives, left)):
                await anyio.sleep(0.05)


def test_a_process_with_threads_is_not_forked():
    """A lock that one of them holds would be held for ever in the fork."""
    over = threading.Event()
    other = threading.Thread(target=over.wait, name="busy")
    other.start()
    try:
        with pytest.raises(RuntimeError, match="busy"):
            fork()
    finally:
        over.set()
        other.join()
