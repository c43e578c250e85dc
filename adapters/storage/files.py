"""Where uploaded files lie: their description in the database, their content under a random name."""

import os
import secrets
import unicodedata
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any, Self

from anyio import CancelScope, open_file, to_thread
from sqlalchemy import Connection, Row, delete, func, insert, select

from adapters.storage.database import Database
from adapters.storage.directory import usable
from adapters.storage.tables import files as table
from adapters.storage.values import micros, moment
from services.errors import FieldError, InvalidInput, NotFound, TooMuch
from services.ports.clock import Clock
from services.ports.files import FileStore, StoredFile
from services.sealed import Sealed

NAME = 200
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
        _check_name(name)
        await self._database.read(lambda connection: self._require_room(connection, user_id))
        file_id = f"f_{secrets.token_hex(16)}"
        part, whole = self._directory / f"{file_id}{PART}", self._directory / file_id
        try:
            size = await _receive(part, content, max_bytes)
            file = StoredFile(file_id, name, media_type, size, self._clock.now())
            with CancelScope(shield=True):  # content and description come together or not at all
                await to_thread.run_sync(_publish, part, whole)
                await self._database.write(lambda connection: self._describe(connection, user_id, file))
        except BaseException:
            with CancelScope(shield=True):
                await to_thread.run_sync(_remove, part, whole)
            raise
        return file

    async def files(self, user_id: str) -> Sequence[StoredFile]:
        """Return what the port says."""
        mine = select(table).where(table.c.user_id == user_id).order_by(table.c.position.desc())
        return await self._database.read(lambda connection: [_file(row) for row in connection.execute(mine)])

    async def file(self, user_id: str, file_id: str) -> StoredFile:
        """Return what the port says."""
        one = select(table).where(table.c.user_id == user_id, table.c.file_id == file_id)
        row = await self._database.read(lambda connection: connection.execute(one).first())
        if row is None:
            raise _unknown()
        return _file(row)

    async def path(self, user_id: str, file_id: str) -> Path:
        """Return what the port says; the name is random, not the user's."""
        return self._directory / (await self.file(user_id, file_id)).file_id

    async def delete(self, user_id: str, file_id: str) -> None:
        """Return once both are gone; should the process die between, the content is left and nobody's."""
        gone = delete(table).where(table.c.user_id == user_id, table.c.file_id == file_id)
        with CancelScope(shield=True):
            if await self._database.write(lambda connection: connection.execute(gone).rowcount) == 0:
                raise _unknown()
            await to_thread.run_sync(_remove, self._directory / file_id)

    def _describe(self, connection: Connection, user_id: str, file: StoredFile) -> None:
        self._require_room(connection, user_id)
        row = {
            "user_id": user_id,
            "file_id": file.file_id,
            "name": file.name,
            "media_type": file.media_type,
            "bytes": file.bytes,
            "created_at": micros(file.created_at),
        }
        connection.execute(insert(table), row).close()

    def _require_room(self, connection: Connection, user_id: str) -> None:
        count = select(func.count()).select_from(table).where(table.c.user_id == user_id)
        if connection.execute(count).scalar_one() >= self._most:
            detail = f"You keep {self._most} files, which is the most: delete one first."
            raise TooMuch(detail, code="too_many_files")


def _check_name(name: str) -> None:
    problem = ""
    if not name.strip():
        problem = "is empty: give the file a name"
    elif len(name) > NAME:
        problem = f"is too long: use at most {NAME} characters"
    elif any(letter in "/\\" or unicodedata.category(letter) in {"Cc", "Cs"} for letter in name):
        problem = "holds a path separator or a control character: leave it out"
    if problem:
        raise InvalidInput("The file's name cannot be used.", errors=[FieldError("name", problem)])


async def _receive(part: Path, content: AsyncIterator[bytes], max_bytes: int) -> int:
    size = 0
    async with await open_file(part, "xb", opener=_private) as file:
        async for chunk in content:
            size += len(chunk)
            if size > max_bytes:
                cure = FieldError("content", f"is too large: send at most {max_bytes} bytes")
                raise InvalidInput("The file is too large.", errors=[cure])
            await file.write(chunk)
        await file.flush()
        await to_thread.run_sync(os.fsync, file.wrapped.fileno())
    return size


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


def _file(row: Row[Any]) -> StoredFile:
    return StoredFile(row.file_id, row.name, row.media_type, row.bytes, moment(row.created_at))


def _unknown() -> NotFound:
    return NotFound("There is no such file.")
