"""What the two databases say differently: the time by their own clock, and "insert, or else change"."""

from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Dialect, Table, cast, extract, func, literal
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
    if dialect.name == POSTGRES:
        return cast(extract("epoch", func.clock_timestamp()) * SECOND, BigInteger)
    return literal(micros(clock.now()), BigInteger)


def inserting(dialect: Dialect, table: Table, **values: Any) -> Insert:
    """Return an insert that knows ``on_conflict_do_update``."""
    made = postgresql.insert(table) if dialect.name == POSTGRES else sqlite.insert(table)
    return made.values(**values)
