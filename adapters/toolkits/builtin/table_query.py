"""What a query over a loaded table may do and cost: read the one table, in a private copy, within bounds.

Each of these alone keeps a query from changing anything: its text begins with SELECT or WITH, SQLite's
authoriser allows nothing but reading the table, the connection is query-only, and the copy in memory is
thrown away. The progress handler bounds the time; rows and characters bound the result.
"""

import difflib
import math
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

from adapters.toolkits.builtin.table_loading import Table
from adapters.toolkits.builtin.table_sql import check, listed
from services.tools.tool import ToolFailed

MAX_CELL = 2_000
MAX_RESULT = 48_000
MAX_VALUE_BYTES = 70_000
MAX_TRIMMED = 100
STEPS_BETWEEN_CHECKS = 1000

# Not format and printf: a width of a billion in one call is beyond the reach of the progress handler.
FUNCTIONS = frozenset(
    """
    abs avg ceil ceiling coalesce count cume_dist date datetime dense_rank exp first_value floor glob
    group_concat ifnull iif instr julianday lag last_value lead length like ln log log10 log2 lower
    ltrim max min mod nth_value ntile nullif percent_rank pi pow power rank replace round row_number
    rtrim sign sqrt strftime string_agg substr substring sum time total trim trunc typeof unixepoch
    upper
    """.split()  # noqa: SIM905 - a list of words reads best as one
)

Cell = int | float | str | None
Stopped = Callable[[], bool]


@contextmanager
def opened(table: Table, stopped: Stopped) -> Iterator[sqlite3.Connection]:
    """Open a private copy for reading; its statements end with an error once ``stopped`` says so."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as database:
        database.deserialize(table.image)
        database.execute("PRAGMA query_only = ON")
        database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_VALUE_BYTES)
        database.setlimit(sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 200)
        for name, trim in (("trim", str.strip), ("ltrim", str.lstrip), ("rtrim", str.rstrip)):
            database.create_function(name, 2, _bounded_trim(trim), deterministic=True)
        database.set_progress_handler(stopped, STEPS_BETWEEN_CHECKS)
        database.set_authorizer(_authorise)
        yield database


def _authorise(action: int, first: str | None, second: str | None, *_: str | None) -> int:
    allowed = (
        action == sqlite3.SQLITE_SELECT
        or (action == sqlite3.SQLITE_READ and first == "data")
        or (action == sqlite3.SQLITE_FUNCTION and second is not None and second.lower() in FUNCTIONS)
    )
    return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY


def _bounded_trim(trim: Callable[[str, str], str]) -> Callable[[object, object], str | None]:
    """SQLite's own takes hours for two long texts, and nothing can interrupt it."""

    def bounded(value: object, characters: object) -> str | None:
        if value is None or characters is None:
            return None
        if len(str(characters)) > MAX_TRIMMED:
            raise ValueError("too many characters to trim")  # SQLite passes on that it failed, not why
        return trim(str(value), str(characters))

    return bounded


def query(table: Table, sql: str, limit: int, stopped: Stopped) -> tuple[list[str], list[list[Cell]], bool]:
    """Return columns, rows, and whether there was more; raises ``ToolFailed`` saying what is wrong."""
    names = [column.name for column in table.columns]
    check(sql, names)
    with opened(table, stopped) as database:
        try:
            cursor = database.execute(sql)
            rows, truncated = _bounded(cursor, limit)
        except sqlite3.Error as error:
            raise ToolFailed(f"sql: {_explained(str(error), names)}") from None
        return [name for name, *_ in cursor.description], rows, truncated


def _bounded(cursor: sqlite3.Cursor, limit: int) -> tuple[list[list[Cell]], bool]:
    rows: list[list[Cell]] = []
    room = MAX_RESULT
    for row in cursor:
        cells = [cell(value) for value in row]
        room -= sum(len(str(shown)) + 2 for shown in cells) + 2
        if len(rows) == limit or (room < 0 and rows):
            return rows, True
        rows.append(cells)
    return rows, False


def cell(value: object) -> Cell:
    """Return a value as JSON can hold it, cut where it is very long."""
    if isinstance(value, float):
        # 15 digits are what a double surely holds; more would show 0.30000000000000004.
        return float(f"{value:.15g}") if math.isfinite(value) else str(value)
    if isinstance(value, str):
        return value if len(value) <= MAX_CELL else value[:MAX_CELL] + " ..."
    if isinstance(value, bytes):
        return value[:MAX_CELL].hex()
    return value if isinstance(value, int) else None


def _explained(text: str, columns: list[str]) -> str:
    if text == "interrupted":
        return "the query took too long: narrow it down, or aggregate instead of joining"
    if "prohibited" in text or "not authorized" in text:
        return f"{text}; one SELECT over the table data can use the usual functions and no recursion"
    if column := re.search(r"no such column: (.+)", text):
        wanted = column[1].rpartition(".")[2]
        alike = difflib.get_close_matches(wanted.lower(), {name.lower(): name for name in columns}, n=1)
        text = f"there is no column {wanted[:60]}" + (f", did you mean {alike[0]}?" if alike else "")
    elif "no such table" in text:
        text = f"{text}: the only table is called data"
    elif "one statement" in text:
        text = "send one statement, with nothing after its semicolon"
    return f"{text}; {listed(columns)}"
