"""The event store over SQL: one transaction for each batch, positions from the rows, no state of its own."""

from collections.abc import Collection, Mapping, Sequence

from anyio import sleep_forever
from sqlalchemy import Connection

from adapters.event_log.frames import framed
from adapters.event_log.sql.batches import Batch
from adapters.event_log.sql.phrases import listed
from adapters.event_log.sql.places import Log, locked, read
from adapters.event_log.sql.statements import LogStatements
from adapters.event_log.sql.tidying import forget, see
from adapters.event_log.store import Answer, Change, Entry, EventStore, KeptBounds, Moved
from adapters.storage.database import Database
from adapters.storage.values import micros
from services.ports.clock import Clock
from services.ports.events import Frame, Head, Place
from services.sealed import Sealed

LATE_COMMITS = 10_000_000
"""Microseconds that a position check looks back: from an event's time to its commit, and between the clocks
of two machines."""


class SqlEventStore(EventStore, metaclass=Sealed):
    """Events in the database's tables; ages are counted by the clock that is given."""

    def __init__(self, database: Database, clock: Clock, bounds: KeptBounds) -> None:
        self._database, self._clock, self._bounds = database, clock, bounds
        self._say = LogStatements(database.dialect)

    async def append(self, entries: Sequence[Entry]) -> Sequence[Answer]:
        """Keep the batch in one transaction; see the role."""
        now = self._now()

        def work(connection: Connection) -> list[Answer]:
            answers = Batch(connection, self._say, self._bounds, now).keep(entries)
            self._tell(connection, entries, answers)
            return answers

        return await self._database.write(work)

    async def heads(self, user_ids: Collection[str]) -> Mapping[str, Head]:
        """Return the positions; see the role. A log that is new, or the database's, costs a write."""
        now = self._now()
        logs = await self._database.read(lambda c: self._known(c, user_ids))
        if missing := {*user_ids} - logs.keys():
            logs |= await self._database.write(lambda c: locked(c, self._say, missing, now))
        return {user_id: log.position(self._bounds, now) for user_id, log in logs.items()}

    async def moved_since(self, mark: str, user_ids: Collection[str]) -> tuple[str, Sequence[Change]]:
        """Return changes by the time of the last append; see the role."""
        now = self._now()

        def work(connection: Connection) -> list[Change]:
            if not mark:
                rows = self._say.places(connection, keys=listed((user_id,) for user_id in user_ids))
            else:
                rows = self._say.moved(connection, since=int(mark) - LATE_COMMITS)
            return [
                Change(row.user_id, Place(row.epoch, row.head)) for row in rows if row.user_id in user_ids
            ]

        return str(now), await self._database.read(work)

    async def read(self, user_id: str, after: int, limit: int) -> tuple[Head, Sequence[Frame]]:
        """Return the next frames; see the role."""
        now = self._now()

        def work(connection: Connection) -> tuple[Head, Sequence[Frame]] | None:
            log = self._log(connection, user_id)
            if log is None:
                return None
            head = log.position(self._bounds, now)
            if not head.first <= after + 1 <= head.head:
                return head, []
            rows = self._say.read(connection, user=user_id, after=after, most=limit)
            return head, [framed(row.run_id, row.body, Place(log.epoch, row.seq)) for row in rows]

        return await self._database.read(work) or ((await self.heads([user_id]))[user_id], [])

    async def read_run(self, user_id: str, run_id: str) -> Sequence[Frame]:
        """Return the frames of one run; see the role."""
        now = self._now()

        def work(connection: Connection) -> Sequence[Frame]:
            log = self._log(connection, user_id)
            if log is None:
                return []
            first = log.position(self._bounds, now).first
            rows = self._say.read_run(connection, user=user_id, run=run_id, since=first)
            return [framed(row.run_id, row.body, Place(log.epoch, row.seq)) for row in rows]

        return await self._database.read(work)

    async def last_run_seq(self, user_id: str, run_id: str) -> int:
        """Return the producer's last number; see the role."""
        rows = await self._database.read(lambda c: self._say.producer(c, user=user_id, run=run_id))
        return rows[0].last if rows else 0

    async def fence(self, user_id: str, run_id: str, token: int) -> None:
        """Set the token under the log's lock, so that no batch under way has missed it; see the role."""
        now = self._now()

        def work(connection: Connection) -> None:
            locked(connection, self._say, [user_id], now)
            row = {"user_id": user_id, "run_id": run_id, "last": 0, "token": token, "at": now}
            self._say.fence(connection, **row)

        await self._database.write(work)

    async def trim(self, watched: Collection[str]) -> None:
        """Forget in steps, so that appends need not wait for all of it; see the role."""
        now = self._now()
        await self._database.write(lambda c: see(c, self._say, watched, now))
        while await self._database.write(lambda c: forget(c, self._say, self._bounds, now)):
            pass

    async def check(self) -> None:
        """Write a row that belongs to nobody; see the role."""
        row = {"user_id": "", "run_id": "", "last": self._now(), "token": 0, "at": self._now()}
        await self._database.write(lambda c: self._say.advance(c, **row))

    async def follow(self, moved: Moved) -> None:
        """Sleep: a file wakes nobody."""
        await sleep_forever()

    def _tell(self, connection: Connection, entries: Sequence[Entry], answers: Sequence[Answer]) -> None:
        """Wake other processes once this is committed; a file wakes nobody."""

    def _now(self) -> int:
        return micros(self._clock.now())

    def _known(self, connection: Connection, user_ids: Collection[str]) -> dict[str, Log]:
        rows = self._say.places(connection, keys=listed((user_id,) for user_id in user_ids))
        return {log.user_id: log for log in map(read, rows) if log is not None}

    def _log(self, connection: Connection, user_id: str) -> Log | None:
        rows = self._say.place(connection, user=user_id)
        return read(rows[0]) if rows else None
