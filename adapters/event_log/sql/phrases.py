"""What the two databases say differently: a list as one value, a row that may be there, the timeline."""

from collections.abc import Iterable
from typing import Any

import orjson
from sqlalchemy import (
    JSON,
    ColumnElement,
    Table,
    TableValuedAlias,
    Text,
    bindparam,
    cast,
    column,
    func,
    literal_column,
)
from sqlalchemy.dialects import postgresql, sqlite

Inserting = sqlite.Insert | postgresql.Insert


class Phrases:
    """How it is said on SQLite, or on a PostgreSQL server."""

    def __init__(self, *, server: bool) -> None:
        self._server = server

    def keys(self) -> TableValuedAlias:
        """Return the rows of the value ``keys``, which ``listed`` makes."""
        given = bindparam("keys", type_=Text)
        if self._server:
            rows = func.json_array_elements(cast(given, JSON)).table_valued(column("value", JSON))
            return rows.render_derived()
        return func.json_each(given).table_valued(column("value", JSON))

    def part(self, keys: TableValuedAlias, index: int) -> ColumnElement[Any]:
        """Return one part of each key, as text or, on SQLite, as what it is."""
        if self._server:
            return func.json_extract_path_text(keys.c.value, literal_column(f"'{index}'"))
        return func.json_extract(keys.c.value, literal_column(f"'$[{index}]'"))

    def inserting(self, table: Table) -> Inserting:
        """Return the insert of one row, its values named like the columns."""
        given = {each.name: bindparam(each.name, type_=each.type) for each in table.c}
        insert = postgresql.insert if self._server else sqlite.insert
        return insert(table).inline().values(given)

    def timeline(self) -> ColumnElement[Any]:
        """Return what changes when another server takes over, perhaps without the newest transactions."""
        if self._server:
            return func.substr(func.pg_walfile_name(func.pg_current_wal_lsn()), 1, 8)
        return literal_column("''", Text)


def listed(keys: Iterable[tuple[object, ...]]) -> str:
    """Return the keys as one value."""
    return orjson.dumps([*keys]).decode()
