"""How an SQLite file is opened: who may write, how durable a commit is, how long a lock is waited for."""

import os
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, QueuePool, create_engine, event
from sqlalchemy.engine import URL

from adapters.storage.directory import unusable, usable


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

    def writing(self) -> Engine:
        """Return an engine whose transactions hold the write lock from their beginning."""
        return self._engine("BEGIN IMMEDIATE", 1, ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"))

    def migrating(self) -> Engine:
        """Return the same without foreign keys: a table that is rebuilt is missing for a moment."""
        return self._engine("BEGIN IMMEDIATE", 1, ("journal_mode=WAL", "synchronous=FULL"))

    def reading(self, connections: int) -> Engine:
        """Return an engine that cannot write; it waits for nobody."""
        return self._engine("BEGIN", connections, ("query_only=ON",))

    def _engine(self, begin: str, connections: int, pragmas: tuple[str, ...]) -> Engine:
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

        @event.listens_for(engine, "begin")
        def _begin(connection: Connection) -> None:
            connection.exec_driver_sql(begin)

        return engine


def driver(connection: Connection) -> sqlite3.Connection:
    """Return the driver's own connection."""
    raw = connection.connection.driver_connection
    assert isinstance(raw, sqlite3.Connection)
    return raw
