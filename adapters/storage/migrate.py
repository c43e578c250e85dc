"""When the tables change: on opening, under one lock, whole or not at all."""

from pathlib import Path

from anyio import to_thread

from adapters.storage import migrate_file
from adapters.storage.postgres import PostgresServer
from adapters.storage.revisions import SCRIPTS, head
from adapters.storage.sqlite import SqliteFile


async def migrate(place: SqliteFile | PostgresServer, scripts: Path = SCRIPTS) -> str:
    """Bring the database to the newest revision and return it. Several may do so at once, and again.

    A file that holds tables is copied beside itself first (``NAME.before-upgrade-of-REVISION-TIME``). What
    raises leaves no trace. Raises ``InvalidInput`` (field ``data``: the place cannot be used; ``database``:
    no database, or newer than this code; ``database.url``: a server that cannot be used) and ``Unavailable``
    when another program keeps it locked or the server does not answer.
    """
    if isinstance(place, PostgresServer):
        from adapters.storage import migrate_server  # noqa: PLC0415 - imports the optional driver

        return await migrate_server.migrate(place, scripts)
    return await to_thread.run_sync(migrate_file.migrate, place, scripts)


async def check(place: SqliteFile | PostgresServer, scripts: Path = SCRIPTS) -> bool:
    """Return whether it is at the newest revision; raises as ``migrate`` does, and changes nothing."""
    return await current(place, scripts) == head(scripts)


async def current(place: SqliteFile | PostgresServer, scripts: Path = SCRIPTS) -> str | None:
    """Return its revision, None for an empty database or a missing file; raises as ``migrate`` does."""
    if isinstance(place, PostgresServer):
        from adapters.storage import migrate_server  # noqa: PLC0415 - as above

        return await migrate_server.current(place, scripts)
    return await to_thread.run_sync(migrate_file.current, place, scripts)
