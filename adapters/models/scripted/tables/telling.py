"""How the result of a table question is told: a sentence for one number or one winner, a table for groups and
lists.
"""

import re
from collections.abc import Sequence
from typing import Any

from adapters.models.scripted.tables.columns import Table
from adapters.models.scripted.tables.query import Query
from adapters.models.scripted.telling import table as markdown
from adapters.models.scripted.telling import told, value_text
from adapters.models.scripted.text import capital, listed


def tell(query: Query, table: Table, result: Any, unknown: Sequence[str]) -> str:
    """Return the answer in words."""
    if not isinstance(result, dict) or not isinstance(result.get("rows"), list):
        return told(result, "Result")
    columns = [str(c.get("name")) if isinstance(c, dict) else str(c) for c in result.get("columns") or ()]
    rows = [list(row.values()) if isinstance(row, dict) else list(row) for row in result["rows"]]
    where = f" ({'; '.join(query.told_filters)})" if query.told_filters else ""
    missing = (
        (
            f" I found no {listed([f'“{name}”' for name in unknown])} in the table, so that part is "
            f"not considered."
        )
        if unknown
        else ""
    )
    return _body(query, table, columns, rows, where, result) + missing


def _body(
    query: Query, table: Table, columns: list[str], rows: list[list[Any]], where: str, result: dict[str, Any]
) -> str:
    if query.share:
        share = rows[0][0] if rows else None
        return f"**{value_text(share)} %** of the {table.rows} rows are {'; '.join(query.told_filters)}."
    if query.scalar and not query.groups:
        return _numbers(query, rows, where)
    if not rows:
        return f"No rows match{where}."
    if query.limit == 1 and query.measures and len(rows) == 1:
        return _winner(query, rows[0], where)
    total = result.get("row_count")
    more = max(total, len(rows)) if isinstance(total, int) else len(rows)
    if len(columns) == 1:
        return _names(columns[0], rows, where)
    title = _title(query, where)
    heads = [capital(column.replace("_", " ")) for column in columns]
    return f"{title}:\n\n{markdown(heads, rows, more)}"


def _numbers(query: Query, rows: list[list[Any]], where: str) -> str:
    values = rows[0] if rows else []
    if not values or all(value is None for value in values):
        return f"No rows match{where}."
    parts = []
    for measure, value in zip(query.measures, values, strict=False):
        part = f"{measure.percent} % of the {measure.label}" if measure.percent else f"the {measure.label}"
        parts.append(f"{part} is **{value_text(value)}**")
    return capital(listed(parts)) + f"{where}."


def _winner(query: Query, row: list[Any], where: str) -> str:
    named = ", ".join(value_text(value) for value in row[: -len(query.measures)])
    measure = query.measures[0]
    word = "highest" if query.descending else "lowest"
    label = (
        measure.label
        if measure.function not in {"MIN", "MAX", "VALUE"}
        else measure.column.label
        if measure.column
        else ""
    )
    return f"**{named}** has the {word} {label}: **{value_text(row[-len(query.measures)])}**{where}."


def _names(column: str, rows: list[list[Any]], where: str) -> str:
    names = [value_text(row[0]) for row in rows]
    shown = ", ".join(names[:60]) + (f" … and {len(names) - 60} more" if len(names) > 60 else "")
    return f"{capital(column.replace('_', ' '))} ({len(names)}){where}: {shown}."


def _title(query: Query, where: str) -> str:
    if not query.measures:
        return f"Rows{where}" if where else "Rows"
    measured = listed([measure.label for measure in query.measures])
    groups = listed([group.label for group in query.groups] or [column.label for column in query.entity])
    return f"{capital(measured)} by {groups}{where}"


def described(table: Table, question: str) -> str:
    """Return what a file holds."""
    if re.search(r"\b(?:how many|number of) columns\b(?! and)", question, re.IGNORECASE):
        return f"The table has **{len(table.columns)}** columns: {listed([c.name for c in table.columns])}."
    heads = ["Column", "Type", "Different values", "Examples"]
    rows = [[c.name, c.kind, c.distinct, ", ".join(c.examples[:3])] for c in table.columns]
    return (
        f"The table has **{table.rows}** rows and **{len(table.columns)}** "
        f"columns:\n\n{markdown(heads, rows)}"
    )
