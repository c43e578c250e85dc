"""What is told about a table's columns: empty and different values, least, greatest, a few examples."""

import sqlite3
from typing import TypedDict

from adapters.toolkits.builtin.table_loading import Column, Table
from adapters.toolkits.builtin.table_query import Cell, Stopped, cell, opened
from services.tools.tool import ToolFailed

EXAMPLES = 3
LONGEST_EXAMPLE = 80


class ColumnSummary(TypedDict):
    """One column; ``nulls`` and ``distinct`` count rows and different values."""

    name: str
    type: str
    nulls: int
    distinct: int
    min: Cell
    max: Cell
    examples: list[Cell]


def describe(table: Table, stopped: Stopped) -> list[ColumnSummary]:
    """Return a summary of each column; raises ``ToolFailed`` when ``stopped`` says so first."""
    try:
        with opened(table, stopped) as database:
            return [_summary(database, column, table.rows) for column in table.columns]
    except sqlite3.OperationalError:
        raise ToolFailed(
            "describing the table took too long: ask for single columns with table_query"
        ) from None


def _summary(database: sqlite3.Connection, column: Column, rows: int) -> ColumnSummary:
    name = f'"{column.name}"'
    # The name was cleaned of quotes when the header was read, and a column cannot be a parameter.
    counts = f"SELECT count({name}), count(DISTINCT {name}), min({name}), max({name}) FROM data"  # noqa: S608
    filled, distinct, least, greatest = database.execute(counts).fetchone()
    examples = f"SELECT DISTINCT {name} FROM data WHERE {name} IS NOT NULL LIMIT {EXAMPLES}"  # noqa: S608
    return {
        "name": column.name,
        "type": column.type,
        "nulls": rows - filled,
        "distinct": distinct,
        "min": _shown(least),
        "max": _shown(greatest),
        "examples": [_shown(value) for (value,) in database.execute(examples)],
    }


def _shown(value: object) -> Cell:
    made = cell(value)
    return f"{made[:LONGEST_EXAMPLE]}..." if isinstance(made, str) and len(made) > LONGEST_EXAMPLE else made
