"""What a database error becomes for those who called: never its text, which shows statements and values."""

import sqlite3

import structlog
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, SQLAlchemyError

from services.errors import Conflict, FieldError, InvalidInput, Unavailable

CODE = "storage_unavailable"
UNKNOWN = "The database cannot be used now."
WORDS = {
    "SQLITE_BUSY": "The database is locked by another program.",
    "SQLITE_LOCKED": "The database is locked by another program.",
    "SQLITE_FULL": "The disk is full.",
    "SQLITE_READONLY": "The database is read-only.",
    "SQLITE_IOERR": "The disk cannot be read or written.",
    "SQLITE_CORRUPT": "The database file is damaged.",
    "SQLITE_NOTADB": "The database file is damaged.",
}
# The database's errors, as SQLAlchemy wraps them and as the driver raises them.
CLASH = (IntegrityError, sqlite3.IntegrityError)
UNFIT = (DataError, sqlite3.DataError)
ANY = (SQLAlchemyError, sqlite3.Error)
# What Python itself refuses to hand to the driver: lone surrogates, integers over 64 bits.
UNWRITABLE = (UnicodeError, OverflowError)

_log = structlog.get_logger(__name__)


def unavailable(detail: str = UNKNOWN) -> Unavailable:
    """Return the refusal that says when to come back."""
    return Unavailable(detail, code=CODE, retry_after_s=1.0)


def told(error: Exception) -> Exception:
    """Return what a caller gets for this error; one that is not the database's comes back as it is."""
    if isinstance(error, CLASH):
        return Conflict("It clashes with something that is stored already.")
    if isinstance(error, (*UNFIT, *UNWRITABLE)):
        cure = "leave out lone surrogates, and keep numbers and texts within what a database can hold"
        return InvalidInput("A value cannot be stored.", errors=[FieldError("value", cure)])
    if isinstance(error, ANY):
        name = error_name(error)
        return unavailable(next((WORDS[known] for known in WORDS if name.startswith(known)), UNKNOWN))
    return error


def noted(error: Exception) -> None:
    """Log a failure of the database itself: its kind, never its text."""
    if breaks_transaction(error):
        _log.error("storage_failed", error=type(error).__name__, reason=error_name(error))


def breaks_transaction(error: Exception) -> bool:
    """Whether the error may have ended the whole transaction, not only the statement that met it."""
    return isinstance(error, ANY) and not isinstance(error, (IntegrityError, DataError))


def error_name(error: Exception) -> str:
    """Return SQLite's name of the error, or its type's where it has none."""
    origin = error.orig if isinstance(error, DBAPIError) else error
    return str(getattr(origin, "sqlite_errorname", type(origin).__name__))
