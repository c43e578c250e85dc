"""How files are described in the database, and how many one user may keep."""

import unicodedata
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select

from adapters.storage.locks import lock_user
from adapters.storage.tables import files as table
from adapters.storage.values import micros, moment
from services.errors import FieldError, InvalidInput, NotFound, TooMuch
from services.ports.files import StoredFile

NAME = 200
PIECE = 262_144
"""The most bytes that content is handed on in at once."""


def check_name(name: str) -> None:
    """Raise ``InvalidInput`` with field ``name`` for one that cannot be used."""
    problem = ""
    if not name.strip():
        problem = "is empty: give the file a name"
    elif len(name) > NAME:
        problem = f"is too long: use at most {NAME} characters"
    elif any(letter in "/\\" or unicodedata.category(letter) in {"Cc", "Cs"} for letter in name):
        problem = "holds a path separator or a control character: leave it out"
    if problem:
        raise InvalidInput("The file's name cannot be used.", errors=[FieldError("name", problem)])


def check_size(size: int, most: int) -> None:
    """Raise ``InvalidInput`` with field ``content`` for one that is too large."""
    if size > most:
        cure = FieldError("content", f"is too large: send at most {most} bytes")
        raise InvalidInput("The file is too large.", errors=[cure])


def require_room(connection: Connection, user_id: str, most: int) -> None:
    """Raise ``TooMuch`` (code ``too_many_files``) when the user keeps so many."""
    count = select(func.count()).select_from(table).where(table.c.user_id == user_id)
    if connection.execute(count).scalar_one() >= most:
        detail = f"You keep {most} files, which is the most: delete one first."
        raise TooMuch(detail, code="too_many_files")


def describe(connection: Connection, user_id: str, file: StoredFile, most: int) -> None:
    """Add the file to the user's; raises ``TooMuch``, also when several are added at once."""
    lock_user(connection, "files", user_id)
    require_room(connection, user_id, most)
    row = {
        "user_id": user_id,
        "file_id": file.file_id,
        "name": file.name,
        "media_type": file.media_type,
        "bytes": file.bytes,
        "created_at": micros(file.created_at),
    }
    connection.execute(insert(table), row).close()


def forget(connection: Connection, user_id: str, file_id: str) -> None:
    """Take the file from the user's; raises ``NotFound``."""
    gone = delete(table).where(table.c.user_id == user_id, table.c.file_id == file_id)
    if connection.execute(gone).rowcount == 0:
        raise unknown()


def described(connection: Connection, user_id: str) -> Sequence[StoredFile]:
    """Return the user's files, newest first."""
    mine = select(table).where(table.c.user_id == user_id).order_by(table.c.position.desc())
    return [_file(row) for row in connection.execute(mine)]


def one(connection: Connection, user_id: str, file_id: str) -> StoredFile:
    """Return one file; raises ``NotFound``."""
    row = connection.execute(
        select(table).where(table.c.user_id == user_id, table.c.file_id == file_id)
    ).first()
    if row is None:
        raise unknown()
    return _file(row)


def unknown() -> NotFound:
    """Return the error for a foreign or unknown id."""
    return NotFound("There is no such file.")


def _file(row: Row[Any]) -> StoredFile:
    return StoredFile(row.file_id, row.name, row.media_type, row.bytes, moment(row.created_at))
