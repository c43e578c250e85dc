"""Statements that are prepared once: many rows go in few steps, and none is lost, doubled or misplaced."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Column, Connection, Integer, MetaData, Table, Text, bindparam, create_engine, update
from sqlalchemy.dialects.sqlite import insert

from adapters.storage.prepared import SEVERAL, Prepared

table = Table(
    "t", MetaData(), Column("position", Integer, primary_key=True), Column("name", Text, unique=True)
)
NAME = bindparam("name", type_=Text)


@pytest.fixture
def connection() -> Iterator[Connection]:
    engine = create_engine("sqlite://")
    table.metadata.create_all(engine)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def names(connection: Connection) -> list[str]:
    return [row.name for row in connection.execute(table.select().order_by(table.c.position))]


@pytest.mark.parametrize("count", [0, 1, 7, 8, 63, 64, 65, 200])
def test_rows_are_kept_in_the_order_they_are_given(connection: Connection, count: int) -> None:
    add = Prepared(insert(table).values(name=NAME), connection.dialect)
    given = [f"n{number}" for number in range(count)]
    add.many(connection, ({"name": name} for name in given))
    assert names(connection) == given


def test_rows_of_one_statement_meet_each_other(connection: Connection) -> None:
    add = Prepared(insert(table).values(name=NAME).on_conflict_do_nothing(), connection.dialect)
    add.many(connection, [{"name": f"n{number % 5}"} for number in range(100)])
    assert names(connection) == ["n0", "n1", "n2", "n3", "n4"]


def test_many_rows_take_few_steps(connection: Connection) -> None:
    add = Prepared(insert(table).values(name=NAME), connection.dialect)
    said: list[str] = []
    connection.connection.driver_connection.set_trace_callback(said.append)  # type: ignore[union-attr]
    add.many(connection, [{"name": f"n{number}"} for number in range(2 * SEVERAL[0] + SEVERAL[1] + 1)])
    assert len([text for text in said if text.startswith("INSERT")]) == 4


def test_an_update_goes_row_by_row(connection: Connection) -> None:
    add = Prepared(insert(table).values(name=NAME), connection.dialect)
    rename = Prepared(
        update(table).where(table.c.name == NAME).values(name=bindparam("new", type_=Text)),
        connection.dialect,
    )
    add.many(connection, [{"name": f"n{number}"} for number in range(10)])
    rename.many(connection, [{"name": f"n{number}", "new": f"m{number}"} for number in range(10)])
    assert names(connection) == [f"m{number}" for number in range(10)]
