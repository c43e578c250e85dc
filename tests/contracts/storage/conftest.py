"""A database of each kind, opened; the stores over it; a clock that moves only by hand."""

import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import anyio
import pytest
from anyio import from_thread
from sqlalchemy import Connection, select

from adapters.storage.calls import SqlCallStore
from adapters.storage.database import Database
from adapters.storage.files import DiskFileStore
from adapters.storage.kept_files import DatabaseFileStore
from adapters.storage.notes import SqlNoteStore
from adapters.storage.places import located
from adapters.storage.postgres import PostgresServer
from adapters.storage.postgres_database import PostgresDatabase
from adapters.storage.runs import SqlRunStore
from adapters.storage.sessions import SqlSessionStore
from adapters.storage.sqlite_database import SqliteDatabase
from adapters.storage.tables import file_contents
from adapters.storage.users import SqlUserStore
from services.ports.clock import Clock
from services.ports.files import FileStore
from services.ports.identity import SessionStore, UserStore
from services.ports.notes import NoteStore
from services.ports.run_store import RunStore
from tests.build import build


class HandClock(Clock):
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 20, 18, 0, 0, 123456, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.at.timestamp()

    def move(self, seconds: float) -> datetime:
        self.at += timedelta(seconds=seconds)
        return self.at


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


KINDS = ["sqlite", pytest.param("postgres", marks=pytest.mark.needs("postgres"))]
Opens = Callable[..., AbstractAsyncContextManager[Database]]


@pytest.fixture(params=KINDS)
def where(request: pytest.FixtureRequest, data: Path) -> str | Path:
    """What names the database; a further kind of database is a further parameter here."""
    if request.param == "postgres":
        data.mkdir()
        return str(request.getfixturevalue("postgres_url"))
    return data / "soledoor.db"


def opened(where: str | Path, waiting: int = 10_000) -> Database:
    """A database to enter."""
    place = located(where, busy_timeout=10)
    if isinstance(place, PostgresServer):
        return build(PostgresDatabase, place, connections=4, waiting=waiting)
    return build(SqliteDatabase, where, busy_timeout=10, waiting_writes=waiting)


class Hold:
    """Work that stops in its transaction until it is let go, whatever thread it runs on."""

    def __init__(self) -> None:
        self.begun, self._thread, self._loop = anyio.Event(), threading.Event(), anyio.Event()

    def here(self, connection: Connection) -> None:
        """Say that it has come so far, and wait."""
        if connection.dialect.name == "postgresql":
            adapted: Any = connection.connection.dbapi_connection
            self.begun.set()
            adapted.run_async(lambda _driver: self._loop.wait())
        else:
            from_thread.run_sync(self.begun.set)
            self._thread.wait()

    def let_go(self) -> None:
        """Let all go on."""
        self._thread.set()
        self._loop.set()


@pytest.fixture
async def database(where: str | Path) -> AsyncIterator[Database]:
    async with opened(where) as entered:
        yield entered


@pytest.fixture
def runs(database: Database, clock: HandClock) -> RunStore:
    return build(SqlRunStore, database, clock)


@pytest.fixture
def notes(database: Database, clock: HandClock) -> NoteStore:
    return build(SqlNoteStore, database, clock)


@pytest.fixture
def users(database: Database) -> UserStore:
    return build(SqlUserStore, database)


@pytest.fixture
def sessions(database: Database) -> SessionStore:
    return build(SqlSessionStore, database)


@pytest.fixture
async def calls(database: Database) -> AsyncIterator[SqlCallStore]:
    async with build(SqlCallStore, database, linger=0.001) as store:
        yield store


@pytest.fixture(params=["disk", "database"])
async def files(
    request: pytest.FixtureRequest, database: Database, data: Path, clock: HandClock
) -> AsyncIterator[FileStore]:
    if request.param == "database":
        yield build(DatabaseFileStore, database, clock, files_per_user=3)
        return
    async with build(DiskFileStore, database, data / "files", clock, files_per_user=3) as store:
        yield store


Kept = Callable[[], Awaitable[int]]


@pytest.fixture
def kept(files: FileStore, database: Database, data: Path) -> Kept:
    """How many contents the store holds, whole or in part."""

    async def count() -> int:
        if isinstance(files, DiskFileStore):
            return len(list((data / "files").iterdir()))
        ids = select(file_contents.c.file_id).distinct()
        return len(await database.read(lambda connection: connection.execute(ids).all()))

    return count
