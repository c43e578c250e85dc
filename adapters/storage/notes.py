"""The note store over SQL: what "contains a word" means."""

import secrets
from collections.abc import Sequence
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from adapters.storage.database import Database
from adapters.storage.tables import notes as table
from adapters.storage.values import folded, micros, moment, plain
from services.errors import NotFound
from services.ports.clock import Clock
from services.ports.notes import Note, NoteStore
from services.sealed import Sealed

SIEVE_WORDS, SIEVE_LETTERS = 8, 200


class SqlNoteStore(NoteStore, metaclass=Sealed):
    """Notes in the database. Case is ignored in every script; accents count, however they are encoded."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    async def add(self, user_id: str, text: str) -> Note:
        """Return what the port says."""
        note = Note(f"n_{secrets.token_hex(8)}", plain(text), self._clock.now())
        row = {
            "user_id": user_id,
            "note_id": note.note_id,
            "text": note.text,
            "folded": folded(note.text),
            "created_at": micros(note.created_at),
        }
        await self._database.write(lambda connection: connection.execute(insert(table), row).close())
        return note

    async def notes(self, user_id: str, limit: int = 100) -> Sequence[Note]:
        """Return what the port says; none for a limit below 1."""
        return await self.search(user_id, (), limit)

    async def search(self, user_id: str, words: Sequence[str], limit: int = 20) -> Sequence[Note]:
        """Return what the port says; without words every note fits, and none for a limit below 1."""
        wanted = [folded(plain(word)) for word in words]
        # The database sieves by a few short words, since its patterns are bounded; what fits is decided here.
        sieve = [
            table.c.folded.contains(word[:SIEVE_LETTERS], autoescape=True) for word in wanted[:SIEVE_WORDS]
        ]
        statement = select(table).where(table.c.user_id == user_id, *sieve).order_by(table.c.position.desc())
        if not wanted:  # then every row fits, and not every driver fetches only what is asked of it
            statement = statement.limit(max(limit, 0))

        def work(connection: Connection) -> Sequence[Note]:
            rows = (
                row for row in connection.execute(statement) if all(word in row.folded for word in wanted)
            )
            return [_note(row) for row in islice(rows, max(limit, 0))]

        return await self._database.read(work)

    async def delete(self, user_id: str, note_id: str) -> None:
        """Return once it is gone for good."""
        statement = delete(table).where(table.c.user_id == user_id, table.c.note_id == note_id)
        if await self._database.write(lambda connection: connection.execute(statement).rowcount) == 0:
            raise NotFound("There is no such note.")


def _note(row: Row[Any]) -> Note:
    return Note(row.note_id, row.text, moment(row.created_at))
