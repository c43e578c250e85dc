"""Which SQL text is let through to the database: one statement that reads, bounded, naming columns there are.

The database has no say while it prepares a statement, so what could make preparing slow is found here.
"""

import math
import re
from collections import Counter
from collections.abc import Collection

from services.tools.tool import ToolFailed

MAX_SQL = 10_000
MAX_GROWTH = 100_000

_BEGINNING = re.compile(r"(?:\s|--[^\n]*(?:\n|$)|/\*.*?\*/)*(?:select|with)\b", re.IGNORECASE | re.DOTALL)
_TOKEN = re.compile(
    r"""(?P<skip>'(?:[^']|'')*'|--[^\n]*|/\*.*?\*/)
    |(?P<alias>\bas\s+)?(?:"(?P<quoted>(?:[^"]|"")*)"|\[(?P<bracketed>[^\]]*)\]|`(?P<ticked>[^`]*)`)
    |(?P<call>\b[a-z_]\w*)\s*(?=\()
    |(?P<word>[^\W\d]\w*)
    |(?P<mark>[()*])""",
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)
_KEYWORDS = frozenset(
    """
    all and as asc between by case cast collate cross desc distinct else end escape except exists
    filter following from full glob group having in inner intersect is isnull join left like limit
    materialized natural not notnull null nulls offset on or order outer over partition preceding
    range right row rows then unbounded union using values when where window with
    """.split()  # noqa: SIM905 - a list of words reads best as one
)


def check(sql: str, columns: Collection[str]) -> None:
    """Raise ``ToolFailed`` when the statement is not let through."""
    if len(sql) > MAX_SQL or "\0" in sql:
        raise ToolFailed(f"sql: at most {MAX_SQL} characters, none of them a zero")
    if not _BEGINNING.match(sql):
        raise ToolFailed("sql: only one SELECT (or WITH ... SELECT) is possible; nothing can be changed")
    _check_quoted(sql, columns)
    if _growth(sql) > MAX_GROWTH:
        raise ToolFailed("sql: the nested SELECTs repeat each other too often: split the question")


def _check_quoted(sql: str, columns: Collection[str]) -> None:
    """Refuse an unknown name in double quotes: SQLite takes it for text, so a slip would go unseen."""
    found = [match for match in _TOKEN.finditer(sql) if match["quoted"] is not None]
    known = {name.lower() for name in columns} | {"data"}
    known |= {match["quoted"].lower() for match in found if match["alias"]}
    for match in found:
        if match["quoted"].lower() not in known:
            hint = f"text goes in single quotes; {listed(columns)}"
            raise ToolFailed(f"sql: there is no column {match['quoted'][:60]!r} ({hint})")


def _growth(sql: str) -> int:
    """Return how often an expression of an inner SELECT may at most be copied into the outermost one.

    SQLite puts the inner SELECT's whole expression in the place of a name: with names used twice on each
    level the statement doubles on each level.
    """
    selects: list[Counter[str]] = []
    levels: list[Counter[str]] = [Counter()]
    for match in _TOKEN.finditer(sql):
        name = match["word"] or match["quoted"] or match["bracketed"] or match["ticked"]
        if match["mark"] == "(" or match["call"]:
            levels += [levels[-1]] if match["mark"] else []
        elif match["mark"] == ")":
            levels[1:] = levels[1:-1]
        elif name and name.lower() == "select":
            levels[-1] = Counter()
            selects.append(levels[-1])
        elif match["mark"] or (name and name.lower() not in _KEYWORDS):
            levels[-1][(name or "*").lower()] += 1
    return math.prod(max(select.values(), default=1) for select in selects)


def listed(columns: Collection[str]) -> str:
    """Return the columns' names for an error, cut where there are many."""
    names = ", ".join(columns)
    return f"columns: {names if len(names) <= 180 else names[:180] + ' ...'}"
