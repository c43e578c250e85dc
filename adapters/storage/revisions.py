"""Which revisions of the tables there are, and which one a database is at.

They are the files ``migrations/versions/rNNNN_*.py``; ``NNNN`` is the revision's id and their order.
"""

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from services.errors import FieldError, InvalidInput

SCRIPTS = Path(__file__).parent / "migrations"


def head(scripts: Path = SCRIPTS) -> str:
    """Return the newest revision this code knows."""
    return max(known(scripts))


def known(scripts: Path) -> set[str]:
    """Return every revision this code knows."""
    return {path.stem[1:5] for path in (scripts / "versions").glob("r[0-9]*.py")}


def revision_of(connection: Connection, scripts: Path) -> str | None:
    """Return where the database is, None without tables of ours; raises ``InvalidInput`` for a newer one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    if revision is not None and revision not in known(scripts):
        raise wrong(
            f"was written by a newer Soledoor (revision {revision}, this one knows {head(scripts)})",
            "start that version, or restore the copy kept before the upgrade",
        )
    return None if revision is None else str(revision)


def wrong(problem: str, cure: str, field: str = "database") -> InvalidInput:
    """Return the error for a database that cannot be used."""
    return InvalidInput("The database cannot be opened.", errors=[FieldError(field, f"{problem}: {cure}")])
