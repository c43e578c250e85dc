"""Limits over SQL: one row for a key, locked while it is counted, by the database's clock."""

from collections.abc import Callable, Collection
from typing import Any, TypeVar

from sqlalchemy import (
    BigInteger,
    BindParameter,
    Connection,
    Dialect,
    Text,
    Update,
    bindparam,
    delete,
    literal_column,
    select,
    update,
)
from sqlalchemy.sql.dml import ReturningInsert

from adapters.storage.database import Database
from adapters.storage.prepared import Prepared
from adapters.storage.shared_tables import limits as table
from adapters.storage.statements import SECOND, inserting, present, present_given
from adapters.storage.values import from_json, micros, to_json
from services.ports.clock import Clock
from services.ports.limits import Limits, Place
from services.ports.trimming import Trimmed
from services.sealed import Sealed

E = TypeVar("E", dict[str, int], list[int])


class SqlLimits(Limits, Trimmed, metaclass=Sealed):
    """Places and hits in the database. Writers of one key wait for each other, those of others do not."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock
        self._lock = Prepared(_locking(database.dialect), database.dialect)
        self._change = Prepared(_changing(), database.dialect)

    @property
    def shared(self) -> bool:
        """Whoever works on the database counts here."""
        return True

    async def take(self, place: Place, most: int, seconds: float) -> float | None:
        """Return what the port says."""

        def work(connection: Connection) -> float | None:
            held, now = self._held(connection, place.key)
            if len(held) >= most and place.holder not in held:
                return (min(held.values()) - now) / SECOND
            held[place.holder] = now + _micros(seconds)
            self._store(connection, _of_places(place.key), held, max(held.values()))
            return None

        return await self._database.write(work)

    async def give(self, places: Collection[Place]) -> None:
        """Return what the port says."""

        def work(connection: Connection) -> None:
            for key, holders in _by_key(places).items():
                held, now = self._held(connection, key)
                left = {holder: until for holder, until in held.items() if holder not in holders}
                self._store(connection, _of_places(key), left, max(left.values(), default=now))

        await self._database.write(work)

    async def keep(self, places: Collection[Place], seconds: float) -> frozenset[Place]:
        """Return what the port says."""

        def work(connection: Connection) -> frozenset[Place]:
            lost: set[Place] = set()
            for key, holders in _by_key(places).items():
                held, now = self._held(connection, key)
                kept = dict.fromkeys(held.keys() & holders, now + _micros(seconds))
                lost.update(Place(key, holder) for holder in holders - kept.keys())
                held |= kept
                self._store(connection, _of_places(key), held, max(held.values(), default=now))
            return frozenset(lost)

        return await self._database.write(work)

    async def hit(self, key: str, most: int, window_s: float) -> float | None:
        """Return what the port says."""

        def work(connection: Connection) -> float | None:
            hits, now = self._locked(connection, f"hits:{key}", list[int])
            window = _micros(window_s)
            recent = [hit for hit in hits if now - hit < window]
            if len(recent) >= most:
                return (recent[0] + window - now) / SECOND
            self._store(connection, f"hits:{key}", [*recent, now], now + window)
            return None

        return await self._database.write(work)

    async def trim(self, most: int) -> int:
        """Remove keys under which nothing counts any more."""
        over = table.c.until < present(self._database.dialect, self._clock)
        some = select(table.c.key).where(over).limit(most)
        keys = await self._database.read(lambda connection: connection.execute(some).scalars().all())
        if not keys:
            return 0
        gone = delete(table).where(table.c.key.in_(keys), over)
        return await self._database.write(lambda connection: connection.execute(gone).rowcount)

    def _held(self, connection: Connection, key: str) -> tuple[dict[str, int], int]:
        held, now = self._locked(connection, _of_places(key), dict[str, int])
        return {holder: until for holder, until in held.items() if until > now}, now

    def _locked(self, connection: Connection, key: str, empty: Callable[[], E]) -> tuple[E, int]:
        """Lock the key's row, made if need be; return what it holds and the time after the lock was had."""
        [row] = self._lock(connection, the_key=key, now=micros(self._clock.now()))
        return (from_json(row.entries) if row.entries else empty()), row.now

    def _store(self, connection: Connection, key: str, entries: Any, until: int) -> None:
        row = {"the_key": key, "new_entries": to_json(entries).decode(), "new_until": until}
        self._change(connection, **row)


def _locking(dialect: Dialect) -> ReturningInsert[*tuple[Any, ...]]:
    key: BindParameter[Any] = bindparam("the_key", type_=Text)
    adding = inserting(dialect, table, key=key, entries=literal_column("''"), until=literal_column("0"))
    locking = adding.on_conflict_do_update(index_elements=[table.c.key], set_={"key": adding.excluded.key})
    return locking.returning(table.c.entries, present_given(dialect).label("now"))


def _changing() -> Update:
    until: BindParameter[Any] = bindparam("new_until", type_=BigInteger)
    change = update(table).where(table.c.key == bindparam("the_key", type_=Text))
    return change.values(entries=bindparam("new_entries", type_=Text), until=until)


def _by_key(places: Collection[Place]) -> dict[str, set[str]]:
    """Return the holders of each key, the keys in one order for all: nobody then waits in a circle."""
    found: dict[str, set[str]] = {}
    for key, holder in sorted(places):
        found.setdefault(key, set()).add(holder)
    return found


def _of_places(key: str) -> str:
    return f"places:{key}"


def _micros(seconds: float) -> int:
    return round(seconds * SECOND)
