"""What is left when processes die, locks are held and disks are full."""

import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import anyio
import pytest
from anyio.abc import Process
from anyio.streams.text import TextReceiveStream

from adapters.storage.calls import SqlCallStore
from adapters.storage.database import Database
from adapters.storage.notes import SqlNoteStore
from adapters.storage.runs import SqlRunStore
from adapters.storage.sqlite_database import SqliteDatabase
from services.errors import NotFound, Unavailable
from services.ports.calls import CallRecord
from services.ports.notes import NoteStore
from tests.build import build
from tests.contracts.storage.conftest import HandClock

ROOT = Path(__file__).parents[3]

ACCEPT_FOREVER = """
import sys, anyio
from pathlib import Path
from adapters.clock import SystemClock
from adapters.storage.sqlite_database import SqliteDatabase
from adapters.storage.runs import SqlRunStore
from services.ports.runs import NewRun, Turns
from tests.build import build

async def produce(store, producer):
    for number in range(10**9):
        run_id = f"r{producer}-{number}"
        new = NewRun(run_id, "ann", "m" + run_id, "hello", None, "t" + run_id)
        await store.accept(new, "dead", Turns(10**9, 0))
        print(run_id, flush=True)

async def main():
    async with build(SqliteDatabase, Path(sys.argv[1])) as database, anyio.create_task_group() as tasks:
        store = build(SqlRunStore, database, build(SystemClock))
        for producer in range(20):
            tasks.start_soon(produce, store, producer)

anyio.run(main)
"""

HOLD_LOCK = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
sys.stdin.read()
connection.execute("ROLLBACK")
"""


@asynccontextmanager
async def python(script: str, *arguments: object) -> AsyncIterator[tuple[Process, TextReceiveStream]]:
    command = [sys.executable, "-c", script, *map(str, arguments)]
    async with await anyio.open_process(command, cwd=ROOT, stderr=None) as process:
        assert process.stdout is not None
        try:
            yield process, TextReceiveStream(process.stdout)
        finally:
            if process.returncode is None:
                process.kill()


@asynccontextmanager
async def locked(path: Path) -> AsyncIterator[None]:
    """Let another process hold the write lock."""
    async with python(HOLD_LOCK, path) as (process, said):
        assert "locked" in await said.receive()
        yield
        assert process.stdin is not None
        await process.stdin.aclose()
        await process.wait()


async def test_a_process_killed_at_full_load_has_kept_every_acknowledged_write(
    tmp_path: Path, clock: HandClock
) -> None:
    path, acknowledged = tmp_path / "soledoor.db", ""
    async with python(ACCEPT_FOREVER, path) as (process, said):
        while acknowledged.count("\n") < 300:
            acknowledged += await said.receive()
        process.kill()
        async for rest in said:
            acknowledged += rest
    run_ids = acknowledged.split("\n")[:-1]
    async with build(SqliteDatabase, path) as database:
        store = build(SqlRunStore, database, clock)
        for run_id in run_ids:
            await store.run("ann", run_id)
        runs = await store.untold(but="us")
        assert {run.run_id for run in runs} >= set(run_ids)
        for run in runs:  # stored but not yet acknowledged runs are whole too
            assert len((await store.messages("ann", run.thread_id)).items) == 1
        checked = await database.read(lambda c: c.exec_driver_sql("PRAGMA integrity_check").scalar())
        assert checked == "ok"


async def test_a_lock_held_elsewhere_is_a_clear_refusal_and_then_over(data: Path, clock: HandClock) -> None:
    async with build(SqliteDatabase, data / "soledoor.db", busy_timeout=0.05) as database:
        notes = build(SqlNoteStore, database, clock)
        await notes.add("ann", "before")
        async with locked(data / "soledoor.db"):
            with pytest.raises(Unavailable, match="locked by another program") as refused:
                await notes.add("ann", "meanwhile")
            assert (refused.value.code, refused.value.retry_after_s) == ("storage_unavailable", 1.0)
            assert [note.text for note in await notes.notes("ann")] == ["before"]
        await notes.add("ann", "after")
        assert [note.text for note in await notes.notes("ann")] == ["after", "before"]


@pytest.mark.parametrize("when", ["before", "meanwhile"])
async def test_who_is_in_a_hurry_waits_for_no_lock(data: Path, clock: HandClock, when: str) -> None:
    """A server that stops: whether it hears of it before it waits or in the middle of that."""
    async with build(SqliteDatabase, data / "soledoor.db", busy_timeout=600) as database:
        notes = build(SqlNoteStore, database, clock)
        refused: list[Unavailable] = []

        async def add() -> None:
            with pytest.raises(Unavailable, match="locked by another program") as refusal:
                await notes.add("ann", "meanwhile")
            refused.append(refusal.value)

        async with locked(data / "soledoor.db"):
            with anyio.fail_after(30):
                async with anyio.create_task_group() as tasks:
                    if when == "before":
                        database.hurry(0)
                    tasks.start_soon(add)
                    await anyio.wait_all_tasks_blocked()
                    assert refused == []
                    database.hurry(0)
        assert len(refused) == 1
        database.hurry(600)  # never lengthens
        await notes.add("ann", "a lock that is free is taken all the same")


async def test_opening_a_new_database_under_a_lock_refuses(data: Path) -> None:
    async with build(SqliteDatabase, data / "soledoor.db"):
        pass
    async with locked(data / "soledoor.db"):
        with pytest.raises(Unavailable, match="locked"):
            async with build(SqliteDatabase, data / "soledoor.db", busy_timeout=0.05):
                pass


async def pages(database: SqliteDatabase, more: int) -> None:
    """Let the file grow by so many pages and no further."""
    count = await database.write(lambda c: c.exec_driver_sql("PRAGMA page_count").scalar_one())
    await database.write(lambda c: c.exec_driver_sql(f"PRAGMA max_page_count={count + more}").close())


@pytest.mark.parametrize("where", ["sqlite"], indirect=True)
async def test_a_full_disk_refuses_what_does_not_fit_and_nothing_else(
    database: SqliteDatabase, notes: NoteStore
) -> None:
    await pages(database, 20)
    refused: list[Unavailable] = []

    async def add(size: int) -> None:
        try:
            await notes.add("ann", "x" * size)
        except Unavailable as error:
            refused.append(error)

    async with anyio.create_task_group() as tasks:
        for number in range(21):
            tasks.start_soon(add, 1_000_000 if number == 10 else 10)
    assert [(error.detail, error.code) for error in refused] == [("The disk is full.", "storage_unavailable")]
    assert len(await notes.notes("ann")) == 20
    await pages(database, 1_000_000)
    await notes.add("ann", "x" * 1_000_000)
    assert len(await notes.notes("ann")) == 21


def record_of(clock: HandClock, call_id: str, result: object = "42") -> CallRecord:
    return CallRecord(call_id, "r1", "ann", "calculate", {}, result, None, "completed", 1.0, clock.now())


async def test_calls_wait_for_a_database_that_refuses(data: Path, clock: HandClock) -> None:
    path = data / "soledoor.db"
    async with build(SqliteDatabase, path, busy_timeout=0.05) as database:
        async with locked(path), build(SqlCallStore, database, linger=0) as calls:
            calls.keep(record_of(clock, "c1"))
            with pytest.raises(Unavailable):
                await database.write(lambda _connection: None)  # the store was refused before us
            assert (await calls.call("ann", "r1", "c1")).result == "42"
        assert calls.lost == 1  # it left while the lock was still held


async def test_calls_are_stored_once_the_database_takes_them_again(data: Path, clock: HandClock) -> None:
    path = data / "soledoor.db"
    async with build(SqliteDatabase, path, busy_timeout=0.05) as database:
        calls = build(SqlCallStore, database, linger=0)
        async with calls, locked(path):
            calls.keep(record_of(clock, "c1"))
            with pytest.raises(Unavailable):
                await database.write(lambda _connection: None)  # the store was refused before us
        assert calls.lost == 0
        assert (await build(SqlCallStore, database).call("ann", "r1", "c1")).result == "42"


async def test_a_full_buffer_loses_a_call_in_plain_sight(database: Database, clock: HandClock) -> None:
    calls = build(SqlCallStore, database, pending_bytes=2000)
    for number in range(4):
        calls.keep(record_of(clock, f"c{number}", "x" * 100))
    assert calls.lost == 1
    with pytest.raises(NotFound):
        await calls.call("ann", "r1", "c3")
    async with calls:
        pass
    assert (await calls.call("ann", "r1", "c2")).result == "x" * 100


async def test_a_call_id_used_twice_keeps_the_first_and_costs_the_others_nothing(
    database: Database, clock: HandClock
) -> None:
    async with build(SqlCallStore, database) as calls:
        calls.keep(record_of(clock, "c1", "first"))
        calls.keep(record_of(clock, "c1", "pending twice"))
    async with build(SqlCallStore, database) as again:
        again.keep(record_of(clock, "c1", "stored twice"))
        again.keep(record_of(clock, "c2"))
    assert (calls.lost, again.lost) == (1, 1)
    assert (await again.call("ann", "r1", "c1")).result == "first"
    assert (await again.call("ann", "r1", "c2")).result == "42"


@pytest.mark.parametrize("where", ["sqlite"], indirect=True)
async def test_durability_is_what_it_says(database: SqliteDatabase, data: Path) -> None:
    with closing(sqlite3.connect(data / "soledoor.db")) as other:
        assert other.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    settings = await database.write(
        lambda c: [c.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("synchronous", "foreign_keys")]
    )
    assert settings == [2, 1]
