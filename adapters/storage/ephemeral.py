"""Short-lived values over SQL: of many that take one, the one whose delete found the row has it."""

import hashlib
from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, and_, delete, select, tuple_

from adapters.storage.database import Database
from adapters.storage.shared_tables import ephemeral as table
from adapters.storage.statements import SECOND, Insert, inserting, present
from services.ports.clock import Clock
from services.ports.ephemeral import Ephemeral
from services.ports.trimming import Trimmed
from services.sealed import Sealed


class SqlEphemeral(Ephemeral, Trimmed, metaclass=Sealed):
    """Values in the database, found by the hash of their key."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    async def put(self, kind: str, key: str, value: str, seconds: float) -> None:
        """Return what the port says."""

        def work(connection: Connection) -> None:
            added = self._adding(kind, key, value, seconds)
            connection.execute(
                added.on_conflict_do_update(
                    index_elements=[table.c.kind, table.c.key],
                    set_={"value": added.excluded.value, "until": added.excluded.until},
                )
            ).close()

        await self._database.write(work)

    async def add(self, kind: str, key: str, value: str, seconds: float) -> str | None:
        """Return what the port says."""

        def work(connection: Connection) -> str | None:
            while True:
                added = self._adding(kind, key, value, seconds)
                over_an_ended_one = added.on_conflict_do_update(
                    index_elements=[table.c.kind, table.c.key],
                    set_={"value": added.excluded.value, "until": added.excluded.until},
                    where=table.c.until <= self._now,
                ).returning(table.c.kind)
                if connection.execute(over_an_ended_one).first() is not None:
                    return None
                there = connection.execute(select(table.c.value).where(_is(kind, key))).scalar()
                if there is not None:
                    return str(there)
                # taken by another process between the two statements

        return await self._database.write(work)

    async def get(self, kind: str, key: str) -> str | None:
        """Return what the port says."""
        wanted = select(table.c.value).where(_is(kind, key), table.c.until > self._now)
        return await self._database.read(lambda connection: connection.execute(wanted).scalar())

    async def of_kind(self, kind: str, most: int) -> Sequence[str]:
        """Return what the port says."""
        there = select(table.c.value).where(table.c.kind == kind, table.c.until > self._now)
        wanted = there.order_by(table.c.until).limit(most)
        return await self._database.read(lambda connection: connection.execute(wanted).scalars().all())

    async def take(self, kind: str, key: str) -> str | None:
        """Return what the port says."""
        taking = delete(table).where(_is(kind, key), table.c.until > self._now).returning(table.c.value)
        return await self._database.write(lambda connection: connection.execute(taking).scalar())

    async def trim(self, most: int) -> int:
        """Remove values whose time is over."""
        over = table.c.until <= self._now
        some = select(table.c.kind, table.c.key).where(over).limit(most)
        gone = delete(table).where(tuple_(table.c.kind, table.c.key).in_(some), over)
        return await self._database.write(lambda connection: connection.execute(gone).rowcount)

    @property
    def _now(self) -> ColumnElement[int]:
        return present(self._database.dialect, self._clock)

    def _adding(self, kind: str, key: str, value: str, seconds: float) -> Insert:
        until = self._now + round(seconds * SECOND)
        return inserting(self._database.dialect, table, kind=kind, key=_digest(key), value=value, until=until)


def _is(kind: str, key: str) -> ColumnElement[bool]:
    return and_(table.c.kind == kind, table.c.key == _digest(key))


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
