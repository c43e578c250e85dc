"""Which statements short-lived values use, made once: a direct call puts one and takes it."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Dialect,
    Integer,
    Text,
    bindparam,
    delete,
    select,
)

from adapters.storage.prepared import Prepared
from adapters.storage.shared_tables import ephemeral as table
from adapters.storage.statements import Insert, inserting, present_given

KIND: BindParameter[Any] = bindparam("the_kind", type_=Text)
KEY: BindParameter[Any] = bindparam("the_key", type_=Text)
VALUE: BindParameter[Any] = bindparam("the_value", type_=Text)
LASTING: BindParameter[Any] = bindparam("lasting", type_=BigInteger)
"""Microseconds."""


class EphemeralStatements:
    """The statements, compiled for one dialect."""

    def __init__(self, dialect: Dialect) -> None:
        now = present_given(dialect)
        this, there = (table.c.kind == KIND) & (table.c.key == KEY), table.c.until > now
        adding = inserting(dialect, table, kind=KIND, key=KEY, until=now + LASTING, value=VALUE)
        over_an_ended_one = _in_place(adding, table.c.until <= now)
        of_kind = select(table.c.value).where(table.c.kind == KIND, there).order_by(table.c.until)
        self.put = Prepared(_in_place(adding), dialect)
        self.add = Prepared(over_an_ended_one.returning(table.c.kind), dialect)
        self.kept = Prepared(select(table.c.value).where(this), dialect)
        self.get = Prepared(select(table.c.value).where(this, there), dialect)
        self.of_kind = Prepared(of_kind.limit(bindparam("most", type_=Integer)), dialect)
        self.take = Prepared(delete(table).where(this, there).returning(table.c.value), dialect)


def _in_place(adding: Insert, where: ColumnElement[bool] | None = None) -> Insert:
    new = {"value": adding.excluded.value, "until": adding.excluded.until}
    return adding.on_conflict_do_update(index_elements=[table.c.kind, table.c.key], set_=new, where=where)
