"""How a server's tables are changed: in one transaction, under an advisory lock."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, text

from adapters.storage.faults import AWAY, CODE, error_name, noted, told
from adapters.storage.locks import lock
from adapters.storage.postgres import OLDEST, PostgresServer
from adapters.storage.postgres_work import READ, SERVER, WRITE, Again, TakenBack, whole
from adapters.storage.revisions import head, revision_of, wrong
from services.errors import FieldError, Unavailable

T = TypeVar("T")
URL = "database.url"


async def migrate(server: PostgresServer, scripts: Path) -> str:
    """Bring the database to the newest revision; see ``adapters.storage.migrate``."""

    def work(connection: Connection) -> None:
        _require(connection)
        if revision_of(connection, scripts) == head(scripts):
            return
        connection.execute(text(f"SET LOCAL lock_timeout = {server.migration_wait * 1000:.0f}")).close()
        lock(connection, "migration")  # whoever comes second finds the work done
        if revision_of(connection, scripts) != head(scripts):
            _upgrade(connection, scripts)

    await _done(server, WRITE, work)
    return head(scripts)


async def current(server: PostgresServer, scripts: Path) -> str | None:
    """Return the database's revision; see ``adapters.storage.migrate``."""

    def work(connection: Connection) -> str | None:
        _require(connection)
        return revision_of(connection, scripts)

    return await _done(server, READ, work)


async def _done(server: PostgresServer, begin: str, work: Callable[[Connection], T]) -> T:
    engine = server.engine(1, patient=True)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(whole, begin, work)
    except Again as again:
        raise _refusal(server, again.reason) from None
    except (*SERVER, TakenBack, OSError) as error:
        raise _refusal(server, error) from None
    finally:
        await engine.dispose()


def _require(connection: Connection) -> None:
    """Refuse a server that is too old, and one that does not keep text in UTF-8."""
    version = connection.dialect.server_version_info or ()
    if version < OLDEST:
        number = ".".join(map(str, version))
        raise wrong(f"the server is PostgreSQL {number}", f"use {OLDEST[0]} or later", URL)
    encoding = connection.execute(text("SHOW server_encoding")).scalar_one()
    if encoding != "UTF8":
        raise wrong(f"the database's encoding is {encoding}", "make it with ENCODING 'UTF8'", URL)


def _upgrade(connection: Connection, scripts: Path) -> None:
    from adapters.storage.upgrade import upgrade  # noqa: PLC0415 - Alembic costs half a second: only when it is needed

    upgrade(connection, scripts)


def _refusal(server: PostgresServer, error: Exception) -> Exception:
    name = error_name(error)
    if name.startswith("28"):
        return wrong("the server does not let this account in", "correct user and password", URL)
    if name == "3D000":
        return wrong(
            f"the server has no database {server.url.database!r}", "make it with CREATE DATABASE", URL
        )
    if name == "42501":
        cure = "GRANT CREATE ON SCHEMA public to it, or make it the database's owner"
        return wrong("this account may not make tables", cure, URL)
    if isinstance(error, OSError):
        away = f"nothing answers at {server.name}: start the server, or correct the address"
        return Unavailable(AWAY, code=CODE, errors=[FieldError(URL, away)], retry_after_s=1.0)
    noted(error)
    return told(error)
