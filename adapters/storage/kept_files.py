"""Where uploaded files lie when several machines serve them: in the database, in pieces."""

import secrets
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from typing import IO

from anyio import CancelScope, TemporaryFile
from sqlalchemy import Connection, insert, select

from adapters.storage import file_rows
from adapters.storage.database import Database
from adapters.storage.tables import file_contents as table
from services.ports.clock import Clock
from services.ports.files import FileStore, StoredFile
from services.sealed import Sealed


class DatabaseFileStore(FileStore, metaclass=Sealed):
    """Files of at most ``files_per_user`` a user, seen by every process at once.

    What streams in waits in a nameless temporary file, so that a slow upload holds neither memory nor a
    transaction; then content and description are stored in one.
    """

    def __init__(self, database: Database, clock: Clock, files_per_user: int = 100) -> None:
        self._database, self._clock, self._most = database, clock, files_per_user

    async def put(
        self, user_id: str, name: str, media_type: str, content: AsyncIterator[bytes], max_bytes: int
    ) -> StoredFile:
        """Raises also ``TooMuch`` (code ``too_many_files``). Cancelled: nothing is left, or all is stored."""
        file_rows.check_name(name)
        await self._database.read(lambda connection: file_rows.require_room(connection, user_id, self._most))
        async with TemporaryFile() as waiting:
            size = 0
            async for chunk in content:
                size += len(chunk)
                file_rows.check_size(size, max_bytes)
                await waiting.write(chunk)
            await waiting.flush()
            file = StoredFile(f"f_{secrets.token_hex(16)}", name, media_type, size, self._clock.now())
            with CancelScope(shield=True):  # the file must not be closed under the work
                await self._database.write(lambda c: self._store(c, user_id, file, waiting.wrapped))
        return file

    async def files(self, user_id: str) -> Sequence[StoredFile]:
        """Return what the port says."""
        return await self._database.read(lambda connection: file_rows.described(connection, user_id))

    async def file(self, user_id: str, file_id: str) -> StoredFile:
        """Return what the port says."""
        return await self._database.read(lambda connection: file_rows.one(connection, user_id, file_id))

    async def content(self, user_id: str, file_id: str) -> AsyncGenerator[bytes, None]:
        """Return what the port says."""
        return self._pieces(user_id, await self.file(user_id, file_id))

    async def delete(self, user_id: str, file_id: str) -> None:
        """Return once both are gone for good."""
        await self._database.write(lambda connection: file_rows.forget(connection, user_id, file_id))

    def _store(self, connection: Connection, user_id: str, file: StoredFile, content: IO[bytes]) -> None:
        file_rows.describe(connection, user_id, file, self._most)
        content.seek(0)  # the work may be run again
        part = 0
        while piece := content.read(file_rows.PIECE):
            row = {"user_id": user_id, "file_id": file.file_id, "part": part, "content": piece}
            connection.execute(insert(table), row).close()
            part += 1

    async def _pieces(self, user_id: str, file: StoredFile) -> AsyncGenerator[bytes, None]:
        of_file = (table.c.user_id == user_id, table.c.file_id == file.file_id)
        for part in range(-(-file.bytes // file_rows.PIECE)):
            piece = select(table.c.content).where(*of_file, table.c.part == part)
            found = await self._database.read(lambda c, piece=piece: c.execute(piece).scalar())  # type: ignore[misc]
            if found is None:
                raise file_rows.unknown()
            yield bytes(found)
