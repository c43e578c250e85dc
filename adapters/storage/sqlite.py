"""How an SQLite file is opened: who may write, how durable a commit is, how long a lock is waited for."""

import os
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, QueuePool, create_engine, event
from sqlalchemy.engine import URL

from adapters.storage.directory import unusable, usable
from adapters.storage.haste import Haste

GLANCE = 0.1
"""Seconds that SQLite itself waits for the write lock. Nothing interrupts that: it is asked again."""

LOCKING = "BEGIN IMMEDIATE"
Begin = Callable[[Connection], None]

HOT = ("cache_size=-32000", "wal_autocheckpoint=2000")
"""32 MB of pages in memory, and 8 MB of log before it is copied back. A user's newest events lie on a page of
their own: with SQLite's 2 and 4 MB those of 500 users are read again for each batch, and copied by every
fourth. While the log is copied, everybody's commit waits: 15 ms here, and 40 with four times as much.
"""


@dataclass(frozen=True, slots=True)
class SqliteFile:
    """Where the database lies and how many seconds a locked one is waited for. A value: nothing is open."""

    path: Path
    busy_timeout: float = 5.0

    @property
    def name(self) -> str:
        """How people are told of it."""
        return str(self.path)

    def ready(self) -> None:
        """Make directory and file (mode 0600) if missing; raises ``InvalidInput`` with field ``data``."""
        usable(self.path.parent)
        try:
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        except OSError as error:
            raise unusable(self.path, "cannot be written to", "give this account write permission") from error

    def writing(self, haste: Haste) -> Engine:
        """Return an engine whose transactions hold the write lock from their beginning; who holds it is
        waited for as long as haste allows.
        """

        def begin(connection: Connection) -> None:
            until, raw = time.monotonic() + self.busy_timeout - GLANCE, driver(connection)
            while haste.left and time.monotonic() < until:
                try:
                    raw.execute(LOCKING).close()
                except sqlite3.OperationalError as error:
                    if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                        break
                else:
                    return
            connection.exec_driver_sql(LOCKING)

        glance = f"busy_timeout={min(GLANCE, self.busy_timeout) * 1000:.0f}"
        pragmas = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", glance, *HOT)
        return self._engine(begin, 1, pragmas)

    def migrating(self) -> Engine:
        """Return the same without foreign keys: a table that is rebuilt is missing for a moment."""
        return self._engine(_said(LOCKING), 1, ("journal_mode=WAL", "synchronous=FULL"))

    def reading(self, connections: int) -> Engine:
        """Return an engine that cannot write; it waits for nobody."""
        return self._engine(_said("BEGIN"), connections, ("query_only=ON",))

    def _engine(self, begin: Begin, connections: int, pragmas: tuple[str, ...]) -> Engine:
        engine = create_engine(
            URL.create("sqlite", database=str(self.path)),
            poolclass=QueuePool,
            pool_size=connections,
            max_overflow=0,
            hide_parameters=True,
            # None: the driver begins nothing by itself, else a read-modify-write is not one transaction.
            connect_args={"isolation_level": None, "check_same_thread": False, "timeout": self.busy_timeout},
        )

        @event.listens_for(engine, "connect")
        def _connected(connection: sqlite3.Connection, _record: object) -> None:
            for pragma in pragmas:
                connection.execute(f"PRAGMA {pragma}").close()

        event.listen(engine, "begin", begin)
        return engine


def _said(sql: str) -> Begin:
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(sql)

    return begin


def driver(connection: Connection) -> sqlite3.Connection:
    """Return the driver's own connection."""
    raw = connection.connection.driver_connection
    assert isinstance(raw, sqlite3.Connection)
    return raw
