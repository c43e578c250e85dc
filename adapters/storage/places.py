"""Which database a path or a URL names, and what of a URL may be shown."""

from importlib.util import find_spec
from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from adapters.storage.postgres import PostgresServer
from adapters.storage.sqlite import SqliteFile
from services.errors import FieldError, InvalidInput

POSTGRES = frozenset({"postgresql", "postgresql+asyncpg"})
PARTS = frozenset({"host", "port", "ssl", "sslmode"})
INSTALL = "pip install 'soledoor[postgres]'"


def located(
    where: str | Path,
    busy_timeout: float = 5.0,
    *,
    connect_timeout: float = 5.0,
    work_timeout: float = 10.0,
) -> SqliteFile | PostgresServer:
    """Return the SQLite file or the PostgreSQL server that a path or a SQLAlchemy URL names.

    Raises ``InvalidInput`` with field ``database.url`` for anything else, and where PostgreSQL's driver is
    not installed. No text shows the URL: it holds a password.
    """
    if isinstance(where, Path):
        return SqliteFile(where, busy_timeout)
    url = _parsed(where)
    if url.drivername in POSTGRES:
        return PostgresServer(_reachable(url), connect_timeout, busy_timeout, work_timeout)
    if url.get_backend_name() != "sqlite" or url.database in {None, "", ":memory:"} or url.query:
        raise _wrong("write sqlite:///PATH, postgresql://USER:PASSWORD@HOST/NAME, or leave it out for SQLite")
    return SqliteFile(Path(str(url.database)), busy_timeout)


def sqlite_at(where: str | Path, busy_timeout: float = 5.0) -> SqliteFile:
    """Return the file; raises as ``located`` does, and for a server too."""
    place = located(where, busy_timeout)
    if not isinstance(place, SqliteFile):
        raise _wrong("write sqlite:///PATH here")
    return place


def names_postgres(where: str | Path | None) -> bool:
    """Whether a server is meant; raises ``InvalidInput`` for text that is no URL."""
    return isinstance(where, str) and _parsed(where).drivername in POSTGRES


def _parsed(where: str) -> URL:
    try:
        return make_url(where)
    except (ArgumentError, ValueError):
        raise _wrong(
            "is no URL: write sqlite:///PATH or postgresql://USER:PASSWORD@HOST/NAME, "
            "with special characters in the password percent-encoded"
        ) from None


def _reachable(url: URL) -> URL:
    if not url.database:
        raise _wrong("names no database: write postgresql://USER:PASSWORD@HOST/NAME")
    unknown = set(url.query) - PARTS
    if unknown:
        raise _wrong(
            f"has parts that are not known: after the question mark write only {', '.join(sorted(PARTS))}"
        )
    missing = [name for name in ("asyncpg", "greenlet") if find_spec(name) is None]
    if missing:
        raise _wrong(f"needs {' and '.join(missing)}, which is not installed: {INSTALL}")
    ssl = {"ssl": url.query["sslmode"]} if "sslmode" in url.query else {}
    query = {name: value for name, value in url.query.items() if name != "sslmode"} | ssl
    return url.set(drivername="postgresql+asyncpg", query=query)


def _wrong(cure: str) -> InvalidInput:
    return InvalidInput("The database URL cannot be used.", errors=[FieldError("database.url", cure)])
