"""How a statement is run often: written in Core once, compiled once, then handed to the driver as text.

``Connection.execute`` looks the compiled form up anew each time and wraps the rows: four fifths of what a
small statement costs. Statements that run rarely go that way.
"""

from collections import namedtuple
from collections.abc import Iterable
from itertools import chain
from typing import Any

from sqlalchemy import Connection, Delete, Dialect, bindparam, insert
from sqlalchemy.sql import Insert, Select, Update
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.schema import Table

SEVERAL = (64, 8)
"""How many rows an insert into SQLite takes in one statement. The driver gives up Python's lock for each step
of a statement, and a busy event loop is slow to give it back: one step for many rows waits once.
"""


class Prepared:
    """One statement for one dialect; its values are given by the names of its ``bindparam``s.

    Call it inside ``Database.write`` or ``Database.read``, which know the driver's errors. Values are text,
    numbers or None: times and JSON come ready-made. Rows are named tuples of such values.
    """

    def __init__(
        self, statement: Select[*tuple[Any, ...]] | Insert | Update | Delete, dialect: Dialect
    ) -> None:
        compiled = statement.compile(dialect=dialect)
        assert isinstance(compiled, SQLCompiler)
        self._text = str(compiled)
        self._order = tuple(compiled.positiontup or ())
        self._fixed = {name: value for name, value in compiled.params.items() if value is not None}
        self._several = _for_several(self._text, len(self._order)) if dialect.name == "sqlite" else {}
        columns = [str(column.key) for column in statement.exported_columns]
        self._row = namedtuple("Row", columns) if columns else None  # noqa: PYI024

    def __call__(self, connection: Connection, **values: object) -> list[Any]:
        """Run it with these values and return its rows."""
        cursor = connection.connection.cursor()
        try:
            cursor.execute(self._text, self._values(values))
            return [] if self._row is None else [self._row(*row) for row in cursor.fetchall()]
        finally:
            cursor.close()

    def many(self, connection: Connection, rows: Iterable[dict[str, object]]) -> None:
        """Run it once for each row, in few calls of the driver."""
        values = [self._values(row) for row in rows]
        cursor = connection.connection.cursor()
        try:
            for count, text in self._several.items():
                while len(values) >= count:
                    cursor.execute(text, [*chain.from_iterable(values[:count])])
                    del values[:count]
            cursor.executemany(self._text, values)
        finally:
            cursor.close()

    def _values(self, values: dict[str, object]) -> tuple[object, ...]:
        named = self._fixed | values if self._fixed else values
        return tuple([named[name] for name in self._order])


def _for_several(text: str, columns: int) -> dict[int, str]:
    """Return the text of an insert for so many rows; nothing for other statements."""
    row = f"({', '.join('?' * columns)})"
    if not text.startswith("INSERT") or text.count(f"VALUES {row}") != 1:
        return {}
    return {count: text.replace(row, ", ".join([row] * count), 1) for count in SEVERAL}


def adding(table: Table, dialect: Dialect) -> Prepared:
    """Return the insert of one row; values are named like the columns, ``position`` is given by arrival."""
    names = [column.name for column in table.columns if column.name != "position"]
    return Prepared(insert(table).inline().values({name: bindparam(name) for name in names}), dialect)
