"""`migrate`: which database is meant, and bringing it up to date without a server."""

from pathlib import Path

import anyio

from adapters.cli.quiet import quiet
from adapters.cli.terminal import inert, json_text, say
from adapters.storage.migrate import migrate
from adapters.storage.sqlite import SqliteFile, located
from config.logs import configure_logs
from config.reading import read_settings
from config.settings import Settings

DATABASE = "soledoor.db"


def migrate_database(config: Path | None, data: Path | None, *, as_json: bool) -> None:
    """Bring the database to the newest revision and say which one that is."""
    settings = quiet(read_settings(config, data=data))
    configure_logs(settings.logs)
    file = database_file(settings)
    revision = anyio.run(migrate, file, backend="asyncio")
    said = {"database": str(file.path), "revision": revision}
    say(json_text(said) if as_json else inert(f"{file.path} is at revision {revision}, the newest."))


def database_file(settings: Settings) -> SqliteFile:
    """Return where the database lies."""
    return located(settings.database.url or settings.data / DATABASE, settings.database.busy_timeout)
