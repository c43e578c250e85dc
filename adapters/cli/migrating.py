"""`migrate`: which database is meant, and bringing it up to date without a server."""

from pathlib import Path

import anyio

from adapters.cli.quiet import quiet
from adapters.cli.terminal import inert, json_text, say
from adapters.storage.migrate import migrate
from adapters.storage.places import located
from adapters.storage.postgres import PostgresServer
from adapters.storage.sqlite import SqliteFile
from config.logs import configure_logs
from config.reading import read_settings
from config.settings import Settings

DATABASE = "soledoor.db"


def migrate_database(config: Path | None, data: Path | None, *, as_json: bool) -> None:
    """Bring the database to the newest revision and say which one that is."""
    settings = quiet(read_settings(config, data=data))
    configure_logs(settings.logs)
    place = database_place(settings)
    revision = anyio.run(migrate, place, backend="asyncio")
    said = {"database": place.name, "revision": revision}
    say(json_text(said) if as_json else inert(f"{place.name} is at revision {revision}, the newest."))


def database_place(settings: Settings) -> SqliteFile | PostgresServer:
    """Return where the database lies; raises ``InvalidInput`` with field ``database.url``."""
    database = settings.database
    return located(
        database.url or settings.data / DATABASE,
        database.busy_timeout,
        connect_timeout=database.connect_timeout,
        work_timeout=database.work_timeout,
    )
