"""How a statement is run often: written in Core once, compiled once, then handed to the driver as text.

``Connection.execute`` looks the compiled form up anew each time and wraps the rows: four fifths of what a
small statement costs. Statements that run rarely go that way.
"""

from collections import namedtuple
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Delete, Dialect, bindparam, insert
from sqlalchemy.sql import Insert, Select, Update
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.schema import Table


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
        """Run it once for each row, in one call of the driver."""
        cursor = connection.connection.cursor()
        try:
            cursor.executemany(self._text, [self._values(row) for row in rows])
        finally:
            cursor.close()

    def _values(self, values: dict[str, object]) -> tuple[object, ...]:
        named = self._fixed | values if self._fixed else values
        return tuple([named[name] for name in self._order])


def adding(table: Table, dialect: Dialect) -> Prepared:
    """Return the insert of one row; values are named like the columns, ``position`` is given by arrival."""
    names = [column.name for column in table.columns if column.name != "position"]
    return Prepared(insert(table).inline().values({name: bindparam(name) for name in names}), dialect)
