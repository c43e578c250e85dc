"""Every implementation of the event log, behind one fixture."""

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import anyio
import pytest

from adapters.storage.migrate import migrate
from adapters.storage.sqlite import SqliteFile
from services.events import EventType, RunEvent
from services.ports.events import EventLog
from tests.apart import apart
from tests.contracts.event_log.kinds import Durable, Kind, Memory, Postgres, Redis, Sqlite
from tests.fakes import FakeClock

DURABLE = (
    "sqlite",
    pytest.param("postgres", marks=pytest.mark.needs("postgres")),
    pytest.param("redis", marks=pytest.mark.needs("redis-server")),
)
MakeLog = Callable[..., Awaitable[EventLog]]


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with empty tables."""
    path = tmp_path_factory.mktemp("empty") / "soledoor.db"
    apart(lambda: anyio.run(migrate, SqliteFile(path)))
    return path


def made(name: str, clock: FakeClock, request: pytest.FixtureRequest, folder: Path) -> Kind:
    if name == "memory":
        return Memory(clock)
    if name == "postgres":
        return Postgres(clock, request.getfixturevalue("postgres_url"))
    if name == "redis":
        return Redis(clock, request.getfixturevalue("redis_url"), request.getfixturevalue("redis_prefix"))
    assert name == "sqlite"
    path = folder / "soledoor.db"
    shutil.copy(request.getfixturevalue("empty_file"), path)  # quicker than making tables
    return Sqlite(clock, path)


@pytest.fixture(params=["memory", *DURABLE])
def kind(request: pytest.FixtureRequest, clock: FakeClock, tmp_path: Path) -> Kind:
    """Where events are kept."""
    return made(request.param, clock, request, tmp_path)


@pytest.fixture(params=DURABLE)
def place(request: pytest.FixtureRequest, clock: FakeClock, tmp_path: Path) -> Durable:
    """Where they outlive the process."""
    kind = made(request.param, clock, request, tmp_path)
    assert isinstance(kind, Durable)
    return kind


@pytest.fixture
async def make_log(kind: Kind) -> AsyncIterator[MakeLog]:
    """Open a log: ``await make_log(events=…, size=…, seconds=…)``."""
    async with AsyncExitStack() as stack:

        async def make(**bounds: Any) -> EventLog:
            return await stack.enter_async_context(kind.log(**bounds))

        yield make


def event(run_seq: int, run: str = "r1", user: str = "u1", text: str = "") -> RunEvent:
    """Return an event to append."""
    return RunEvent(
        type=EventType.AGENT_THINKING,
        user_id=user,
        run_id=run,
        thread_id="t1",
        agent_name="agent",
        timestamp="2026-11-21T12:00:00+00:00",
        run_seq=run_seq,
        payload={"reasoning": text},
    )


async def fill(log: EventLog, count: int, run: str = "r1", start: int = 1, user: str = "u1") -> list[int]:
    """Append so many events of a run, one after the other."""
    return [(await log.append(event(n, run, user))).seq for n in range(start, start + count)]


async def tidy(log: EventLog) -> None:
    """Do what a log does by itself every minute, where it must be done."""
    look = getattr(log, "look", None)
    if look is not None:
        await look()
