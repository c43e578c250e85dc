"""The event store on a PostgreSQL server: as on SQLite, and a notice to the other processes with each batch.

A notice is a wake-up only. It names who appended, so that nobody reads because of itself.
"""

import secrets
from collections.abc import Iterator, Sequence

import orjson
from anyio import sleep_forever
from sqlalchemy import Connection

from adapters.event_log.sql.store import SqlEventStore
from adapters.event_log.store import Answer, Change, Entry, KeptBounds, Moved
from adapters.storage.notifying import PAYLOAD, notify
from adapters.storage.postgres_database import PostgresDatabase
from services.ports.clock import Clock
from services.ports.events import Place

CHANNEL = "soledoor_events"
ROOM = PAYLOAD - 100
"""Bytes of changes in one notice, beside who sends it."""


class PostgresEventStore(SqlEventStore):
    """Events in the tables of a server that several processes use."""

    def __init__(self, database: PostgresDatabase, clock: Clock, bounds: KeptBounds) -> None:
        super().__init__(database, clock, bounds)
        self._listen, self._name = database.listen, secrets.token_urlsafe(6)

    async def follow(self, moved: Moved) -> None:
        """Pass on what others append; see the role."""

        def heard(payload: str | None) -> None:
            if payload is None:
                moved(None)
                return
            sender, changes = orjson.loads(payload)
            if sender != self._name:
                for user_id, epoch, seq in changes:
                    moved(Change(user_id, Place(epoch, seq)))

        async with self._listen(CHANNEL, heard):
            await sleep_forever()

    def _tell(self, connection: Connection, entries: Sequence[Entry], answers: Sequence[Answer]) -> None:
        newest = {
            entry.user_id: answer
            for entry, answer in zip(entries, answers, strict=True)
            if isinstance(answer, Place)
        }
        changes = [orjson.dumps((user_id, *place)).decode() for user_id, place in newest.items()]
        for some in _parts(changes):
            notify(connection, CHANNEL, f'["{self._name}",[{some}]]')


def _parts(changes: Sequence[str]) -> Iterator[str]:
    """Join as many as a notice holds; what no notice holds is left to the position check."""
    part, size = list[str](), 0
    for change in changes:
        more = len(change.encode()) + 1
        if part and size + more > ROOM:
            yield ",".join(part)
            part, size = [], 0
        if more <= ROOM:
            part.append(change)
            size += more
    if part:
        yield ",".join(part)
