"""How a CSV file becomes a SQLite database: types first, then rows, kept as an image that nobody changes."""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass

from adapters.toolkits.builtin.column_types import TEXT, ColumnType, Kind, Stored
from adapters.toolkits.builtin.csv_text import MAX_CELL, CsvText, read_csv

_SQL_TYPES = {"integer": "INTEGER", "number": "REAL", "boolean": "INTEGER", "date": "TEXT", "text": "TEXT"}


@dataclass(frozen=True, slots=True)
class Column:
    """A column's name and type: integer, number, boolean, date or text."""

    name: str
    type: str


@dataclass(frozen=True, slots=True)
class Table:
    """A loaded file: ``image`` is a SQLite database whose one table is called ``data``."""

    columns: tuple[Column, ...]
    rows: int
    notes: tuple[str, ...]
    image: bytes


Report = Callable[[str, float], None]
"""Told what is being done and how far it is, in percent; may raise to stop."""


def load(content: bytes, report: Report) -> Table:
    """Return the table; raises ``ToolFailed`` naming the faulty line."""
    report("reading the file", 0)
    source = read_csv(content)
    kinds, rows = _kinds(source, report)
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as database:
        database.execute(f"CREATE TABLE data ({_definitions(source.columns, kinds)})")
        insert = f"INSERT INTO data VALUES ({','.join('?' * len(kinds))})"  # noqa: S608 - question marks only
        database.execute("BEGIN")
        done = 0
        for block in source.blocks():
            database.executemany(insert, _stored(block, kinds))
            done += len(block)
            report("storing rows", 50 + 50 * done / rows)
        database.execute("COMMIT")
        image = database.serialize()
    columns = tuple(Column(name, kind.type) for name, kind in zip(source.columns, kinds, strict=True))
    return Table(columns, rows, tuple(source.notes), image)


def _kinds(source: CsvText, report: Report) -> tuple[list[Kind], int]:
    types = [ColumnType() for _ in source.columns]
    rows = 0
    expected = max(1, source.text.count("\n"))
    for block in source.blocks():
        for column, cells in zip(types, zip(*block, strict=True), strict=True):
            column.watch(cells)
            if max(map(len, cells)) > MAX_CELL:
                source.find_fault()
        rows += len(block)
        report("finding column types", min(50.0, 50 * rows / expected))
    named = zip(types, source.columns, strict=True)
    return [column.decide(name, source.delimiter, source.notes) for column, name in named], rows


def _stored(block: Sequence[Sequence[str]], kinds: Sequence[Kind]) -> Iterable[tuple[Stored, ...]]:
    columns: list[list[Stored]] = []
    for kind, cells in zip(kinds, zip(*block, strict=True), strict=True):
        if kind is TEXT:
            columns.append([cell or None for cell in cells])
        else:
            columns.append(kind.values(map(str.strip, cells)))
    return zip(*columns, strict=True)


def _definitions(names: Sequence[str], kinds: Sequence[Kind]) -> str:
    return ", ".join(f'"{name}" {_SQL_TYPES[kind.type]}' for name, kind in zip(names, kinds, strict=True))
