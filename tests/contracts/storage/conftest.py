"""One database of each kind, opened; the stores over it; a clock that moves only by hand."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.storage.calls import SqlCallStore
from adapters.storage.database import Database
from adapters.storage.files import DiskFileStore
from adapters.storage.notes import SqlNoteStore
from adapters.storage.runs import SqlRunStore
from adapters.storage.sessions import SqlSessionStore
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


@pytest.fixture(params=["sqlite"])
def where(request: pytest.FixtureRequest, data: Path) -> str | Path:
    """What ``Database`` is told; a further kind of database is a further parameter here."""
    assert request.param == "sqlite"
    return data / "soledoor.db"


@pytest.fixture
async def database(where: str | Path) -> AsyncIterator[Database]:
    async with build(Database, where, busy_timeout=10) as opened:
        yield opened


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


@pytest.fixture
async def files(database: Database, data: Path, clock: HandClock) -> AsyncIterator[FileStore]:
    async with build(DiskFileStore, database, data / "files", clock, files_per_user=3) as store:
        yield store
