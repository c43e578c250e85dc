"""Where uploaded files lie on one machine: described in the database, their content under a random name."""

import os
import secrets
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from pathlib import Path
from typing import Self

from anyio import CancelScope, open_file, to_thread

from adapters.storage import file_rows
from adapters.storage.database import Database
from adapters.storage.directory import usable
from services.ports.clock import Clock
from services.ports.files import FileStore, StoredFile
from services.sealed import Sealed

PART = ".part"


class DiskFileStore(FileStore, metaclass=Sealed):
    """Files of at most ``files_per_user`` a user in one directory (mode 0700, each file 0600).

    Entering makes the directory; it raises ``InvalidInput`` with field ``data`` where that cannot be.
    """

    def __init__(self, database: Database, directory: Path, clock: Clock, files_per_user: int = 100) -> None:
        self._database, self._directory, self._clock, self._most = database, directory, clock, files_per_user

    async def __aenter__(self) -> Self:
        await to_thread.run_sync(usable, self._directory)
        return self

    async def __aexit__(self, *_error: object) -> None:
        """Nothing is open."""

    async def put(
        self, user_id: str, name: str, media_type: str, content: AsyncIterator[bytes], max_bytes: int
    ) -> StoredFile:
        """Raises also ``TooMuch`` (code ``too_many_files``). Cancelled: nothing is left, or all is stored."""
        file_rows.check_name(name)
        await self._database.read(lambda connection: file_rows.require_room(connection, user_id, self._most))
        file_id = f"f_{secrets.token_hex(16)}"
        part, whole = self._directory / f"{file_id}{PART}", self._directory / file_id
        try:
            size = await _receive(part, content, max_bytes)
            file = StoredFile(file_id, name, media_type, size, self._clock.now())
            with CancelScope(shield=True):  # content and description come together or not at all
                await to_thread.run_sync(_publish, part, whole)
                await self._database.write(lambda c: file_rows.describe(c, user_id, file, self._most))
        except BaseException:
            with CancelScope(shield=True):
                await to_thread.run_sync(_remove, part, whole)
            raise
        return file

    async def files(self, user_id: str) -> Sequence[StoredFile]:
        """Return what the port says."""
        return await self._database.read(lambda connection: file_rows.described(connection, user_id))

    async def file(self, user_id: str, file_id: str) -> StoredFile:
        """Return what the port says."""
        return await self._database.read(lambda connection: file_rows.one(connection, user_id, file_id))

    async def content(self, user_id: str, file_id: str) -> AsyncGenerator[bytes, None]:
        """Return what the port says."""
        return _pieces(self._directory / (await self.file(user_id, file_id)).file_id)

    async def delete(self, user_id: str, file_id: str) -> None:
        """Return once both are gone; should the process die between, the content is left and nobody's."""
        with CancelScope(shield=True):
            await self._database.write(lambda connection: file_rows.forget(connection, user_id, file_id))
            await to_thread.run_sync(_remove, self._directory / file_id)


async def _receive(part: Path, content: AsyncIterator[bytes], max_bytes: int) -> int:
    size = 0
    async with await open_file(part, "xb", opener=_private) as file:
        async for chunk in content:
            size += len(chunk)
            file_rows.check_size(size, max_bytes)
            await file.write(chunk)
        await file.flush()
        await to_thread.run_sync(os.fsync, file.wrapped.fileno())
    return size


async def _pieces(path: Path) -> AsyncGenerator[bytes, None]:
    try:
        async with await open_file(path, "rb") as file:
            while piece := await file.read(file_rows.PIECE):
                yield piece
    except FileNotFoundError:
        raise file_rows.unknown() from None


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _publish(part: Path, whole: Path) -> None:
    part.rename(whole)
    directory = os.open(whole.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def _remove(*paths: Path) -> None:
    for path in paths:
        path.unlink(missing_ok=True)
