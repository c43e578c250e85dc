"""What is left of acknowledged events when processes die, and what is said while the place is away."""

import os
import re
import shutil
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

import anyio
import pytest
from anyio.abc import Process
from anyio.streams.text import TextReceiveStream

from adapters.event_log.sql.store import SqlEventStore
from adapters.event_log.store import KeptBounds
from adapters.event_log.stored import StoredEventLog
from adapters.storage.sqlite_database import SqliteDatabase
from services.errors import InvalidInput, Unavailable
from services.ports.events import EventLog
from tests.build import build
from tests.contracts.event_log.conftest import event, fill
from tests.contracts.event_log.kinds import RING, SELDOM, Sqlite
from tests.contracts.storage.test_faults import locked
from tests.fakes import CountedMetrics, FakeClock

ROOT = Path(__file__).parents[3]
KEEP = KeptBounds(1_000_000, 600)

APPEND_FOREVER = """
import os, resource, sys, anyio
from pathlib import Path
from adapters.clock import SystemClock
from adapters.event_log.newest import RingBounds
from adapters.event_log.sql.store import SqlEventStore
from adapters.event_log.store import KeptBounds
from adapters.event_log.stored import StoredEventLog
from adapters.storage.sqlite_database import SqliteDatabase
from services.errors import Unavailable
from services.events import EventType, RunEvent
from tests.build import build

async def produce(log, run):
    user = "u" + run[-1]
    try:
        for number in range(1 + await log.last_run_seq(user, run), 10**9):
            event = RunEvent(EventType.AGENT_THINKING, user, run, "t", "a", "", number, {"text": "x" * 300})
            place = await log.append(event)
            print(run, number, place.epoch, place.seq, flush=True)
    except Unavailable as error:
        print("refused:", error.detail, flush=True)

async def main():
    if len(sys.argv) > 2:
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]),) * 2)
    async with build(SqliteDatabase, Path(sys.argv[1])) as database:
        store = build(SqlEventStore, database, build(SystemClock), KeptBounds(10**6, 600))
        async with build(StoredEventLog, store, None, RingBounds(8, 9999)) as log:
            async with anyio.create_task_group() as tasks:
                for producer in range(20):
                    tasks.start_soon(produce, log, f"r{producer}")

for _ in sys.stdin:  # a life for each line: starting Python takes longer than the rest
    if not (child := os.fork()):
        print("life", os.getpid(), flush=True)
        anyio.run(main)
        os._exit(0)
    os.waitpid(child, 0)
    print("over", flush=True)
"""


class Producer:
    """A process that appends as fast as it can, and says what was acknowledged; it has many lives."""

    def __init__(self, process: Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._orders, self._output = process.stdin, TextReceiveStream(process.stdout)

    async def live(self, lines: int | None) -> str:
        """Return what it said until it was killed after so many lines, or died."""
        await self._orders.send(b"live\n")
        said, killed = "", lines is None
        while "over\n" not in said:
            said += await self._output.receive()
            if not killed and said.count("\n") > (lines or 0):
                os.kill(int(re.search(r"life (\d+)", said)[1]), signal.SIGKILL)  # type: ignore[index]
                killed = True
        return said


@asynccontextmanager
async def producer(*arguments: object) -> AsyncIterator[Producer]:
    """Start it."""
    command = [sys.executable, "-c", APPEND_FOREVER, *map(str, arguments)]
    async with await anyio.open_process(command, cwd=ROOT, stderr=None) as process:
        try:
            yield Producer(process)
        finally:
            if process.returncode is None:
                process.kill()


async def all_there(log: EventLog, said: str) -> None:
    """Check that every acknowledged place holds the event that got it."""
    kept: dict[str, dict[int, bytes]] = {}
    for user in {f"u{number}" for number in range(10)}:
        frames = await log.read(user, 0, limit=1_000_000)
        assert [frame.seq for frame in frames] == list(range(1, len(frames) + 1))
        kept[user] = {frame.seq: frame.data for frame in frames}
    for run, run_seq, epoch, seq in re.findall(r"^(r\d+) (\d+) (\S+) (\d+)$", said, re.MULTILINE):
        data = kept["u" + run[-1]][int(seq)]
        assert b'"run_id":"%b"' % run.encode() in data
        assert b'"run_seq":%d,' % int(run_seq) in data
        assert data.endswith(b',"seq":%d,"epoch":"%b"}' % (int(seq), epoch.encode()))


async def test_a_process_killed_at_full_load_has_lost_no_acknowledged_event(
    empty_file: Path, tmp_path: Path, clock: FakeClock
) -> None:
    path, said, chance = tmp_path / "soledoor.db", "", Random(7)
    shutil.copy(empty_file, path)
    async with producer(path) as appending:
        for _ in range(5):
            said += await appending.live(chance.randint(50, 300))
            async with Sqlite(clock, path).log(events=1_000_000) as log:
                await all_there(log, said)
                await log.check()
    assert said.count("life ") == 5


async def test_a_disk_that_is_full_refuses_and_spoils_nothing(
    empty_file: Path, tmp_path: Path, clock: FakeClock
) -> None:
    path = tmp_path / "soledoor.db"
    shutil.copy(empty_file, path)
    async with producer(path, 600_000) as appending:
        said = await appending.live(None)  # until everything was refused
    assert said.count("refused: ") == 20
    assert re.search("refused: The disk (is full|cannot be read or written)", said)
    async with Sqlite(clock, path).log(events=1_000_000) as log:
        await all_there(log, said)
        assert (await log.append(event(1, "later", "u1"))).seq == (await log.head("u1")).head
        checked = await integrity(path)
    assert checked == "ok"


async def integrity(path: Path) -> str:
    async with build(SqliteDatabase, path) as database:
        return await database.read(lambda c: str(c.exec_driver_sql("PRAGMA integrity_check").scalar()))


async def test_a_locked_database_refuses_and_the_same_append_succeeds_later(
    empty_file: Path, tmp_path: Path, clock: FakeClock
) -> None:
    path = tmp_path / "soledoor.db"
    shutil.copy(empty_file, path)
    async with Sqlite(clock, path, busy_timeout=0.2).log(check=0.01) as log:
        watch = log.watch("u1")
        await fill(log, 2)
        async with locked(path):
            refused: list[str] = []

            async def append(run: str) -> None:
                with pytest.raises(Unavailable) as error:
                    await log.append(event(3 if run == "r1" else 1, run))
                refused.append(error.value.detail)

            async with anyio.create_task_group() as tasks:
                for run in ("r1", "r2", "r3"):
                    tasks.start_soon(append, run)
            assert refused == ["The database is locked by another program."] * 3
            with pytest.raises(Unavailable, match="locked"):
                await log.check()
            assert [frame.seq for frame in await log.read("u1", 0)] == [1, 2]  # readers are not disturbed
        await log.check()
        assert (await log.append(event(3))).seq == 3
        with anyio.fail_after(5):
            await watch.wait(2)
        watch.close()


async def test_a_batch_that_does_not_fit_is_refused_and_room_makes_it_fit(
    empty_file: Path, tmp_path: Path, clock: FakeClock
) -> None:
    path = tmp_path / "soledoor.db"
    shutil.copy(empty_file, path)
    async with build(SqliteDatabase, path) as database:
        store = build(SqlEventStore, database, clock, KEEP)
        async with build(StoredEventLog, store, CountedMetrics(), RING, SELDOM) as log:
            await fill(log, 1)

            async def most_pages(more: int) -> None:
                count = await database.write(lambda c: c.exec_driver_sql("PRAGMA page_count").scalar_one())
                await database.write(
                    lambda c: c.exec_driver_sql(f"PRAGMA max_page_count={count + more}").close()
                )

            await most_pages(2)
            with pytest.raises(Unavailable, match="disk is full"):
                await log.append(event(2, text="x" * 100_000))
            assert (await log.head("u1")).head == 1
            await most_pages(100_000)
            assert (await log.append(event(2, text="x" * 100_000))).seq == 2


async def test_an_event_that_cannot_be_stored_costs_the_others_nothing(
    empty_file: Path, tmp_path: Path, clock: FakeClock
) -> None:
    path = tmp_path / "soledoor.db"
    shutil.copy(empty_file, path)
    async with Sqlite(clock, path).log() as log:
        refused: list[str] = []

        async def append(run_seq: int, run: str) -> None:
            try:
                await log.append(event(run_seq, run))
            except InvalidInput as error:
                refused.append(error.code)

        async with anyio.create_task_group() as tasks:
            for number in range(8):
                tasks.start_soon(append, 2**63 if number == 3 else 1, f"r{number}")
        assert refused == ["invalid_input"]
        assert (await log.head("u1")).head == 7
