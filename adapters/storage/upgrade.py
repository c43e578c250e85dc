"""How Alembic is run: in this process, on a connection whose transaction is already open, silently."""

import io
import logging
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

from services.errors import Conflict


def upgrade(connection: Connection, scripts: Path) -> None:
    """Run every missing revision inside the connection's transaction; the commit is the caller's.

    Raises ``Conflict`` when rows point at rows that are gone: SQLite's foreign keys are off while tables are
    rebuilt.
    """
    logging.getLogger("alembic").setLevel(logging.WARNING)
    config = Config(stdout=io.StringIO())
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    on_file = connection.dialect.name == "sqlite"
    if on_file and connection.execute(text("PRAGMA foreign_key_check")).first() is not None:
        raise Conflict("The upgrade was taken back: rows would point at rows that are gone.")
