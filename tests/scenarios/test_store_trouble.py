"""The store in trouble under a whole server: runs go on, nothing is lost, refusals are clear, and when it is
back everything goes on without a restart.
"""

import re
import resource
import sqlite3
from collections.abc import AsyncGenerator, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from pathlib import Path

import anyio
import httpx2
import pytest
from sqlalchemy.engine import make_url

from tests.engines.cluster import Cluster
from tests.engines.postgres import Postgres
from tests.faults.proxy import FaultProxy
from tests.grammar_reading import faults
from tests.processes import ServerProcess, server_process
from tests.scenarios.client import PASSWORD, Client, Socket, logged_in

RUNS = 3
SETTINGS = {
    "tools__modules": "tests.scenarios.steady_tools",
    "limits__lease": "1",
    "limits__heartbeat": "1",
}
IMPATIENT = {"database__busy_timeout": "0.3"}
PARTS = {"database", "event_log", "events"}


@asynccontextmanager
async def serving(data: Path, **more: str) -> AsyncGenerator[tuple[ServerProcess, Client], None]:
    """Serve, with one account."""
    async with server_process(data, **SETTINGS, **more) as server:
        await server.account("ann", PASSWORD)
        yield server, await logged_in(server.url, "ann")


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Hold the write lock, as another program would."""
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        connection.close()


@contextmanager
def full(server: ServerProcess) -> Iterator[None]:
    """Let no file of the server's grow, nor be written beyond its first page."""
    soft, hard = resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (4096, hard))
    try:
        yield
    finally:
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def stopped(cluster: Cluster) -> Iterator[None]:
    """Stop PostgreSQL for the block."""
    cluster.stop()
    try:
        yield
    finally:
        cluster.start()


async def waiting_runs(socket: Socket, go_on: Path) -> list[str]:
    """Start runs, each in the middle of a call that ends when the file is there."""
    client = socket.client
    runs = list[str]()
    for number in range(RUNS):
        asked = await socket.ask(f"m{number}", f'Await the file "{go_on}"', agent="assistant")
        runs.append(asked["run_id"])
    begun = "tool_executing"
    await socket.until(lambda: all(begun in {e["type"] for e in client.events[run_id]} for run_id in runs))
    return runs


async def figure(http: httpx2.AsyncClient, name: str) -> float:
    """Return one metric's value."""
    text = (await http.get("/metrics")).text
    found = re.search(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)
    return float(found[1]) if found else 0.0


async def not_ready(http: httpx2.AsyncClient, wanted: set[str]) -> dict[str, str]:
    """Ask until these parts do not work; return the reasons."""
    reasons: dict[str, str] = {}
    with anyio.move_on_after(20):
        while not reasons.keys() >= wanted:
            answer = await http.get("/readyz")
            reasons = answer.json()["reasons"]
            assert answer.status_code == (503 if reasons else 200)
            await anyio.sleep(0.05)
    assert reasons.keys() >= wanted
    return reasons


async def ready(http: httpx2.AsyncClient) -> None:
    """Ask until everything works."""
    with anyio.fail_after(20):
        while (answer := await http.get("/readyz")).status_code != 200:
            await anyio.sleep(0.05)
    assert answer.json()["reasons"] == {}


async def go_through(client: Client, trouble: AbstractContextManager[None], words: str, go_on: Path) -> None:
    """Have runs in the middle of a call when the trouble comes; they end in it, and are told after it."""
    async with client.socket() as socket, client.http() as http:
        await ready(http)
        runs = await waiting_runs(socket, go_on)
        assert await figure(http, "soledoor_active_runs") == RUNS
        with trouble:
            await anyio.Path(go_on).touch()
            refused = await socket.ask("late", "What is 2 plus 2?")
            assert (refused["type"], refused["code"]) == ("rejected", "storage_unavailable")
            assert re.fullmatch(words, refused["detail"]), refused
            assert refused["retry_after_s"] > 0
            reasons = await not_ready(http, PARTS)
            assert re.fullmatch(words, reasons["database"]), reasons
            assert re.fullmatch(words, reasons["event_log"]), reasons
            assert re.fullmatch(r"Events wait for the event log: \d+\.", reasons["events"])
            ended = 'soledoor_tool_calls_total{outcome="completed",tool="await_file"}'
            with anyio.fail_after(20):
                while await figure(http, ended) < RUNS:
                    await anyio.sleep(0.05)
            assert await figure(http, "soledoor_waiting_events") >= RUNS
            assert not any(client.ended(run_id) for run_id in runs)
        for run_id in runs:
            events = await socket.end_of(run_id)
            assert faults(events) == []
            assert events[-1]["type"] == "agent_completed", events[-1]
            assert [event["run_seq"] for event in events] == list(range(1, len(events) + 1))
            assert (await http.get(f"/api/runs/{run_id}/events")).json()["items"] == events
            assert (await http.get(f"/api/runs/{run_id}")).json()["status"] == "completed"
        late = await socket.ask("late", "What is 2 plus 2?")
        assert (await socket.end_of(late["run_id"]))[-1]["payload"]["result"] == "2 plus 2 is **4**."
        await ready(http)
        assert await figure(http, "soledoor_waiting_events") == 0
        assert await figure(http, "soledoor_events_shed_total") == 0


async def test_a_locked_database_holds_up_events_but_no_run(tmp_path):
    async with serving(tmp_path / "data", **IMPATIENT) as (_, client):
        trouble = locked(tmp_path / "data" / "soledoor.db")
        await go_through(client, trouble, r"The database is locked by another program\.", tmp_path / "go on")


async def test_a_full_disk_damages_nothing_and_holds_up_no_run(tmp_path):
    async with serving(tmp_path / "data", **IMPATIENT) as (server, client):
        words = r"The disk (is full|cannot be read or written)\."
        await go_through(client, full(server), words, tmp_path / "go on")
        server.kill()
        await server.process.wait()
    with sqlite3.connect(tmp_path / "data" / "soledoor.db") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


@pytest.mark.needs("postgres")
async def test_a_postgresql_that_is_stopped_and_started_again_holds_up_no_run(
    tmp_path, postgres: Postgres, postgres_url: str
):
    words = r"The database (cannot be reached|is starting or stopping|cannot be used now)\."
    async with serving(tmp_path / "data", database__url=postgres_url) as (_, client):
        await go_through(client, stopped(postgres.cluster), words, tmp_path / "go on")


PATIENT = {
    "database__busy_timeout": "120",
    "database__connect_timeout": "120",
    "database__work_timeout": "120",
    "server__drain_seconds": "3",
}
"""An operator's patience with the database, far beyond the time in which a server has to stop."""


async def stopped_in_time(server: ServerProcess) -> None:
    """Ask the server to stop, and see it end long before it would lose its patience with the database."""
    with anyio.fail_after(40):
        server.stop()
        assert await server.process.wait() == 0
    await server.logged(lambda line: line["event"] == "stopped")
    assert not any(line["level"] == "error" and "traceback" in line for line in server.lines)


async def ended_by_the_finder(client: Client, runs: list[str], data: Path, **more: str) -> None:
    """Start the next server, which says that these runs were interrupted."""
    async with server_process(data, **SETTINGS, **more) as server:
        client.url = server.url
        async with client.socket(resume=True) as socket:
            assert socket.hello["resumed"] is True
            for run_id in runs:
                events = await socket.end_of(run_id)
                assert faults(events) == []
                assert events[-1]["payload"]["error_context"]["error_type"] == "interrupted"


async def test_a_server_that_is_stopped_while_its_database_is_locked_leaves_the_end_to_the_finder(tmp_path):
    """Its answer cannot be stored any more: the next server says that the run was interrupted."""
    go_on = tmp_path / "go on"
    async with serving(tmp_path / "data", **PATIENT) as (server, client), client.socket() as socket:
        runs = await waiting_runs(socket, go_on)
        with locked(tmp_path / "data" / "soledoor.db"):
            go_on.touch()
            await stopped_in_time(server)
    await ended_by_the_finder(client, runs, tmp_path / "data")


@pytest.mark.needs("postgres")
async def test_a_server_that_is_stopped_while_its_database_is_silent_leaves_the_end_to_the_finder(
    tmp_path, postgres: Postgres, postgres_url: str
):
    """Nothing is refused and nothing comes back: connections stay, and every wait has to be given up."""
    go_on = tmp_path / "go on"
    url = make_url(postgres.url(make_url(postgres_url).database, tcp=True))
    assert url.port is not None
    async with FaultProxy.before(url.port) as proxy:
        through = url.set(host="127.0.0.1", port=proxy.port).render_as_string(hide_password=False)
        settings = PATIENT | {"database__url": through}
        async with serving(tmp_path / "data", **settings) as (server, client), client.socket() as socket:
            runs = await waiting_runs(socket, go_on)
            proxy.up.passing = proxy.down.passing = False
            go_on.touch()
            await stopped_in_time(server)
    await ended_by_the_finder(client, runs, tmp_path / "data", database__url=postgres_url)
