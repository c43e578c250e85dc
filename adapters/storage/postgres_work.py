"""How one piece of work is one transaction on PostgreSQL, and what is left of the connection when it fails.

Everything here runs in SQLAlchemy's bridge from ordinary functions to the driver's coroutines.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import asyncpg
from sqlalchemy import Connection

from adapters.storage.faults import ANY, error_name

T = TypeVar("T")
READ = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
WRITE = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"
SERVER = (*ANY, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
"""What SQLAlchemy and the driver raise."""


class Again(Exception):
    """Nothing was done and the work may be run again."""

    def __init__(self, reason: Exception) -> None:
        self.reason = reason
        super().__init__(reason)


class TakenBack(Exception):
    """The server took everything back though the work did not fail, or may have: nothing is confirmed."""


def whole(connection: Connection, begin: str, work: Callable[[Connection], T]) -> T:
    """Return what the work returns, committed.

    Raises what the work raised, after taking all back; ``Again`` for a deadlock and for a connection that
    went away before the commit; ``TakenBack``; the driver's errors otherwise.
    """
    raw: Any = connection.connection.dbapi_connection
    try:
        _say(raw, begin)
        value = work(connection)
        if not raw.driver_connection.is_in_transaction():
            raise TakenBack
    except BaseException as error:
        gone = _undone(connection, raw, error)
        if isinstance(error, (*SERVER, OSError)) and (gone or error_name(error).startswith("40")):
            raise Again(error) from None
        raise
    _commit(connection, raw)
    return value


def _commit(connection: Connection, raw: Any) -> None:
    try:
        said = _say(raw, "COMMIT")
    except BaseException as error:
        _undone(connection, raw, error)
        raise
    if said != "COMMIT":  # an error that the work swallowed: the server then takes all back, in silence
        raise TakenBack


def _undone(connection: Connection, raw: Any, error: BaseException) -> bool:
    """Take all back; return whether the connection is gone. One that cannot be relied upon is closed."""
    driver = raw.driver_connection
    if not isinstance(error, Exception):
        driver.terminate()  # time is up: nobody waits for a server that does not answer
    elif not driver.is_closed() and driver.is_in_transaction():
        try:
            _say(raw, "ROLLBACK")
        except (*SERVER, OSError):
            driver.terminate()
    gone = bool(driver.is_closed())
    if gone and not connection.invalidated:
        connection.invalidate()
    return gone


def _say(raw: Any, sql: str) -> str:
    return str(raw.run_async(lambda driver: driver.execute(sql)))
