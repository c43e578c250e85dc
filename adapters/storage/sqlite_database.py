"""The database in one SQLite file: migrated on entering, read by several threads, written by one."""

from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from anyio import CancelScope, CapacityLimiter, Event, create_task_group, to_thread
from anyio.abc import TaskGroup
from sqlalchemy import Connection, Dialect, Engine

from adapters.storage.database import Database
from adapters.storage.faults import ANY, UNWRITABLE, noted, told, unavailable
from adapters.storage.haste import Haste
from adapters.storage.migrate import migrate
from adapters.storage.places import sqlite_at
from adapters.storage.writer import GroupWriter
from services.sealed import Sealed

T = TypeVar("T")


class SqliteDatabase(Database, metaclass=Sealed):
    """One SQLite file, named by a path or an ``sqlite:///`` URL.

    Entering raises ``InvalidInput`` (field ``data``) for a place that cannot be used and (field ``database``)
    for a file that is no database or was written by newer code. Work runs in a worker thread and holds no
    lock but the database's own; writes go one after the other, those that wait together in one transaction.
    """

    def __init__(
        self, where: str | Path, busy_timeout: float = 5.0, readers: int = 4, waiting_writes: int = 10_000
    ) -> None:
        self.file, self._haste = sqlite_at(where, busy_timeout), Haste()
        self._writing, self._reading = self.file.writing(self._haste), self.file.reading(readers)
        self._writer = GroupWriter(self._writing, waiting_writes)
        self._readers = CapacityLimiter(readers)
        self._open, self._written = False, Event()
        self._tasks: TaskGroup | None = None

    @property
    def dialect(self) -> Dialect:
        """Return what the role says."""
        return self._writing.dialect

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Return what the role says."""
        if not self._open:
            raise unavailable("The database is closed.")
        return await to_thread.run_sync(_read, self._reading, work, limiter=self._readers)

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Return what the role says, once the disk has it."""
        if not self._open:
            raise unavailable("The database is closed.")
        value: T = await self._writer.write(work)
        return value

    def hurry(self, seconds: float) -> None:
        """Wait for the lock no longer than that; see the role."""
        self._haste.begin(seconds)

    async def __aenter__(self) -> Self:
        await migrate(self.file)
        self._tasks = await create_task_group().__aenter__()
        self._tasks.start_soon(self._write_shielded)
        self._open = True
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._tasks is not None
        self._open = False
        self._writer.close()
        with CancelScope(shield=True):
            await self._written.wait()
            await to_thread.run_sync(_dispose, self._writing, self._reading)
        # Nothing runs in the group any more; handing it the error would only wrap it in an exception group.
        await self._tasks.__aexit__(None, None, None)

    async def _write_shielded(self) -> None:
        with CancelScope(shield=True):  # others still write while they are torn down around us
            await self._writer.run()
            self._written.set()


def _read(engine: Engine, work: Callable[[Connection], T]) -> T:
    try:
        with engine.connect() as connection:
            return work(connection)
    except (*ANY, *UNWRITABLE) as error:
        noted(error)
        raise told(error) from None


def _dispose(*engines: Engine) -> None:
    for engine in engines:
        engine.dispose()
