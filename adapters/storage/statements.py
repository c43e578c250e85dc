"""What the two databases say differently: the time by their own clock, and "insert, or else change"."""

from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Dialect, Table, bindparam, cast, extract, func, literal
from sqlalchemy.dialects import postgresql, sqlite

from adapters.storage.values import micros
from services.ports.clock import Clock

POSTGRES = "postgresql"
SECOND = 1_000_000
"""Microseconds."""

Insert = postgresql.Insert | sqlite.Insert


def present(dialect: Dialect, clock: Clock) -> ColumnElement[int]:
    """Return now, in microseconds: the server's, since replicas have clocks of their own, or this machine's
    for a file that lies on it. Made anew for every statement.
    """
    return _of_server() if dialect.name == POSTGRES else literal(micros(clock.now()), BigInteger)


def present_given(dialect: Dialect) -> ColumnElement[int]:
    """Return the same for a statement that is made once: for a file, each use of it gives ``now``."""
    return _of_server() if dialect.name == POSTGRES else bindparam("now", type_=BigInteger)


def inserting(dialect: Dialect, table: Table, **values: Any) -> Insert:
    """Return an insert that knows ``on_conflict_do_update``."""
    made = postgresql.insert(table) if dialect.name == POSTGRES else sqlite.insert(table)
    return made.values(**values)


def _of_server() -> ColumnElement[int]:
    return cast(extract("epoch", func.clock_timestamp()) * SECOND, BigInteger)
