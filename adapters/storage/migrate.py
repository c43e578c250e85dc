"""When the tables change: on opening, under one lock, whole or not at all, after a copy was made.

The revisions are the files ``migrations/versions/rNNNN_*.py``; ``NNNN`` is the revision's id and their order.
"""

import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from anyio import to_thread
from sqlalchemy import Connection, inspect, text

from adapters.storage.faults import ANY, error_name, noted, told
from adapters.storage.sqlite import SqliteFile
from services.errors import FieldError, InvalidInput

SCRIPTS = Path(__file__).parent / "migrations"


async def migrate(file: SqliteFile, scripts: Path = SCRIPTS) -> str:
    """Bring the file to the newest revision and return it. Several processes may do so at once, and again.

    A file that holds tables is copied beside itself first (``NAME.before-upgrade-of-REVISION-TIME``). What
    raises leaves no trace. Raises ``InvalidInput`` (field ``data``: the place cannot be used; field
    ``database``: no database, or newer than this code) and ``Unavailable`` when another program keeps it
    locked.
    """
    return await to_thread.run_sync(_migrate, file, scripts)


async def check(file: SqliteFile, scripts: Path = SCRIPTS) -> bool:
    """Return whether the file is at the newest revision; raises as ``migrate`` does, and changes nothing."""
    return await current(file, scripts) == head(scripts)


async def current(file: SqliteFile, scripts: Path = SCRIPTS) -> str | None:
    """Return the file's revision, None for an empty or missing one; raises as ``migrate`` does."""
    return await to_thread.run_sync(_current, file, scripts)


def head(scripts: Path = SCRIPTS) -> str:
    """Return the newest revision this code knows."""
    return max(_known(scripts))


def _known(scripts: Path) -> set[str]:
    return {path.stem[1:5] for path in (scripts / "versions").glob("r[0-9]*.py")}


def _current(file: SqliteFile, scripts: Path) -> str | None:
    if not file.path.exists():
        return None
    engine = file.reading(1)
    try:
        with engine.connect() as connection:
            return _revision(connection, _known(scripts))
    except ANY as error:
        raise _refusal(file, error) from None
    finally:
        engine.dispose()


def _migrate(file: SqliteFile, scripts: Path) -> str:
    file.ready()
    engine = file.migrating()
    try:
        with engine.begin() as connection:  # the lock: whoever comes second finds the work done
            if _revision(connection, _known(scripts)) != head(scripts):
                _upgrade(file, connection, scripts)
    except ANY as error:
        raise _refusal(file, error) from None
    finally:
        engine.dispose()
    return head(scripts)


def _upgrade(file: SqliteFile, connection: Connection, scripts: Path) -> None:
    from adapters.storage.upgrade import upgrade  # noqa: PLC0415 - Alembic costs half a second: only when it is needed

    copy = _copy_path(file, _revision(connection, _known(scripts)))
    try:
        if inspect(connection).get_table_names():
            _copy(file, copy)
        upgrade(connection, scripts)
    except BaseException:
        copy.unlink(missing_ok=True)
        raise


def _revision(connection: Connection, known: set[str]) -> str | None:
    if "alembic_version" not in inspect(connection).get_table_names():
        return None
    revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    if revision is not None and revision not in known:
        raise _wrong(
            f"was written by a newer Soledoor (revision {revision}, this one knows {max(known)})",
            "start that version, or restore the copy kept before the upgrade",
        )
    return None if revision is None else str(revision)


def _copy_path(file: SqliteFile, revision: str | None) -> Path:
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
    return file.path.with_name(f"{file.path.name}.before-upgrade-of-{revision or 'unversioned'}-{stamp}")


def _copy(file: SqliteFile, copy: Path) -> None:
    os.close(os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    # A second connection reads beside the lock that we hold: a VACUUM cannot run inside a transaction.
    with closing(sqlite3.connect(file.path, timeout=file.busy_timeout, isolation_level=None)) as reader:
        reader.execute("VACUUM INTO ?", (str(copy),))


def _refusal(file: SqliteFile, error: Exception) -> Exception:
    noted(error)
    if error_name(error) == "SQLITE_NOTADB":
        return _wrong(f"{file.path} is not a database", "move it away, or name another data directory")
    return told(error)


def _wrong(problem: str, cure: str) -> InvalidInput:
    return InvalidInput(
        "The database cannot be opened.", errors=[FieldError("database", f"{problem}: {cure}")]
    )
