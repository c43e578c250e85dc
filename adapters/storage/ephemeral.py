"""Short-lived values over SQL: of many that take one, the one whose delete found the row has it."""

import hashlib
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, delete, select, tuple_

from adapters.storage.database import Database
from adapters.storage.ephemeral_statements import EphemeralStatements
from adapters.storage.shared_tables import ephemeral as table
from adapters.storage.statements import SECOND, present
from adapters.storage.values import micros
from services.ports.clock import Clock
from services.ports.ephemeral import Ephemeral
from services.ports.trimming import Trimmed
from services.sealed import Sealed


class SqlEphemeral(Ephemeral, Trimmed, metaclass=Sealed):
    """Values in the database, found by the hash of their key."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock
        self._sql = EphemeralStatements(database.dialect)

    async def put(self, kind: str, key: str, value: str, seconds: float) -> None:
        """Return what the port says."""
        row = self._row(kind, key, value, seconds)
        await self._database.write(lambda connection: self._sql.put(connection, **row))

    async def add(self, kind: str, key: str, value: str, seconds: float) -> str | None:
        """Return what the port says."""
        row = self._row(kind, key, value, seconds)

        def work(connection: Connection) -> str | None:
            while True:
                if self._sql.add(connection, **row):
                    return None
                there = self._sql.kept(connection, the_kind=kind, the_key=row["the_key"])
                if there:
                    return str(there[0].value)
                # taken by another process between the two statements

        return await self._database.write(work)

    async def get(self, kind: str, key: str) -> str | None:
        """Return what the port says."""
        this = self._this(kind, key)
        return _value(await self._database.read(lambda connection: self._sql.get(connection, **this)))

    async def of_kind(self, kind: str, most: int) -> Sequence[str]:
        """Return what the port says."""
        wanted = {"the_kind": kind, "most": most, "now": self._now}
        rows = await self._database.read(lambda connection: self._sql.of_kind(connection, **wanted))
        return [row.value for row in rows]

    async def take(self, kind: str, key: str) -> str | None:
        """Return what the port says."""
        this = self._this(kind, key)
        return _value(await self._database.write(lambda connection: self._sql.take(connection, **this)))

    async def trim(self, most: int) -> int:
        """Remove values whose time is over."""
        over = table.c.until <= present(self._database.dialect, self._clock)
        some = select(table.c.kind, table.c.key).where(over).limit(most)
        gone = delete(table).where(tuple_(table.c.kind, table.c.key).in_(some), over)
        return await self._database.write(lambda connection: connection.execute(gone).rowcount)

    @property
    def _now(self) -> int:
        return micros(self._clock.now())

    def _this(self, kind: str, key: str) -> dict[str, object]:
        return {"the_kind": kind, "the_key": _digest(key), "now": self._now}

    def _row(self, kind: str, key: str, value: str, seconds: float) -> dict[str, object]:
        return {**self._this(kind, key), "the_value": value, "lasting": round(seconds * SECOND)}


def _value(rows: Sequence[Any]) -> str | None:
    return rows[0].value if rows else None


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
