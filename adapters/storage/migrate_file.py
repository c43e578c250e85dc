"""How a file's tables are changed: under SQLite's write lock, after a copy was made."""

import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, inspect

from adapters.storage.faults import ANY, error_name, noted, told
from adapters.storage.revisions import head, revision_of, wrong
from adapters.storage.sqlite import SqliteFile


def current(file: SqliteFile, scripts: Path) -> str | None:
    """Return the file's revision; see ``adapters.storage.migrate``."""
    if not file.path.exists():
        return None
    engine = file.reading(1)
    try:
        with engine.connect() as connection:
            return revision_of(connection, scripts)
    except ANY as error:
        raise _refusal(file, error) from None
    finally:
        engine.dispose()


def migrate(file: SqliteFile, scripts: Path) -> str:
    """Bring the file to the newest revision; see ``adapters.storage.migrate``."""
    file.ready()
    engine = file.migrating()
    try:
        with engine.begin() as connection:  # the lock: whoever comes second finds the work done
            if revision_of(connection, scripts) != head(scripts):
                _upgrade(file, connection, scripts)
    except ANY as error:
        raise _refusal(file, error) from None
    finally:
        engine.dispose()
    return head(scripts)


def _upgrade(file: SqliteFile, connection: Connection, scripts: Path) -> None:
    from adapters.storage.upgrade import upgrade  # noqa: PLC0415 - Alembic costs half a second: only when it is needed

    copy = _copy_path(file, revision_of(connection, scripts))
    try:
        if inspect(connection).get_table_names():
            _copy(file, copy)
        upgrade(connection, scripts)
    except BaseException:
        copy.unlink(missing_ok=True)
        raise


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
        return wrong(f"{file.path} is not a database", "move it away, or name another data directory")
    return told(error)
