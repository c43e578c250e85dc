"""What a database error becomes for those who called: never its text, which shows statements and values."""

import sqlite3

import structlog
from sqlalchemy.exc import DataError, DBAPIError, EmulatedDBAPIException, IntegrityError, SQLAlchemyError

from services.errors import Conflict, FieldError, InvalidInput, Unavailable

CODE = "storage_unavailable"
UNKNOWN = "The database cannot be used now."
LOCKED = "The database is locked by another program."
DISK = "The disk cannot be read or written."
DAMAGED = "The database file is damaged."
AWAY = "The database cannot be reached."
SLOW = "The database took too long."
# What the names of SQLite's errors, and PostgreSQL's five letters (SQLSTATE), begin with.
WORDS = {
    "SQLITE_BUSY": LOCKED,
    "SQLITE_LOCKED": LOCKED,
    "SQLITE_FULL": "The disk is full.",
    "SQLITE_READONLY": "The database is read-only.",
    "SQLITE_IOERR": DISK,
    "SQLITE_CORRUPT": DAMAGED,
    "SQLITE_NOTADB": DAMAGED,
    "08": AWAY,
    "25006": "The database is read-only.",
    "25P03": SLOW,
    "28": "The database does not let this account in.",
    "3D000": "The database is missing.",
    "40": "Too many changed the same at once.",
    "42501": "The database does not allow this account to do that.",
    "53100": "The disk is full.",
    "53200": "The database server has too little memory.",
    "53300": "The database takes no more connections.",
    "55P03": LOCKED,
    "57014": SLOW,
    "57P": "The database is starting or stopping.",
    "58": DISK,
    "XX001": DAMAGED,
    "XX002": DAMAGED,
    "TimeoutError": SLOW,
}
# The database's errors, as SQLAlchemy wraps them and as the drivers raise them.
CLASH = (IntegrityError, sqlite3.IntegrityError)
UNFIT = (DataError, sqlite3.DataError)
ANY = (SQLAlchemyError, EmulatedDBAPIException, sqlite3.Error)
# PostgreSQL's classes of the same: broken constraints; data, and rows or keys that are too large.
CLASH_STATES, UNFIT_STATES = ("23",), ("22", "54")
# What Python itself refuses to hand to the driver: lone surrogates, integers over 64 bits.
UNWRITABLE = (UnicodeError, OverflowError)

_log = structlog.get_logger(__name__)


def unavailable(detail: str = UNKNOWN) -> Unavailable:
    """Return the refusal that says when to come back."""
    return Unavailable(detail, code=CODE, retry_after_s=1.0)


def told(error: Exception) -> Exception:
    """Return what a caller gets for this error; one that is not the database's comes back as it is."""
    if clashes(error):
        return Conflict("It clashes with something that is stored already.")
    if unfit(error):
        cure = "leave out lone surrogates, and keep numbers and texts within what a database can hold"
        return InvalidInput("A value cannot be stored.", errors=[FieldError("value", cure)])
    if isinstance(error, (*ANY, OSError)) or state(error):
        name = error_name(error)
        words = AWAY if isinstance(error, OSError) else UNKNOWN
        return unavailable(next((WORDS[known] for known in WORDS if name.startswith(known)), words))
    return error


def noted(error: Exception) -> None:
    """Log a failure of the database itself: its kind, never its text."""
    if breaks_transaction(error):
        _log.error("storage_failed", error=type(error).__name__, reason=error_name(error))


def breaks_transaction(error: Exception) -> bool:
    """Whether the error may have ended the whole transaction, not only the statement that met it."""
    return (isinstance(error, (*ANY, OSError)) or bool(state(error))) and not (clashes(error) or unfit(error))


def clashes(error: Exception) -> bool:
    """Whether a constraint of the tables was broken."""
    return isinstance(error, CLASH) or state(error).startswith(CLASH_STATES)


def unfit(error: Exception) -> bool:
    """Whether a value is none that the database can hold."""
    return isinstance(error, (*UNFIT, *UNWRITABLE)) or state(error).startswith(UNFIT_STATES)


def state(error: Exception) -> str:
    """Return PostgreSQL's SQLSTATE, empty where there is none."""
    return str(getattr(_origin(error), "sqlstate", None) or "")


def error_name(error: Exception) -> str:
    """Return SQLite's name of the error or PostgreSQL's SQLSTATE, or its type's where it has neither."""
    origin = _origin(error)
    return state(error) or str(getattr(origin, "sqlite_errorname", type(origin).__name__))


def _origin(error: Exception) -> BaseException:
    origin = error.orig if isinstance(error, DBAPIError) else error
    return origin if origin is not None else error
