"""Tables as tools: a user's CSV files, described and asked in SQL.

The work happens in worker threads, one at a time for each user, so that nobody can take all threads and no
file is loaded twice at once. A cancelled or late piece of work ends at its next check.
"""

from collections.abc import Callable, Sequence
from typing import Annotated, NotRequired, TypedDict, TypeVar
from weakref import WeakValueDictionary

import anyio
from anyio import to_thread
from pydantic import Field

from adapters.toolkits.builtin.table_cache import TableCache
from adapters.toolkits.builtin.table_loading import Table, load
from adapters.toolkits.builtin.table_query import Cell, Stopped, query
from adapters.toolkits.builtin.table_summary import ColumnSummary, describe
from services.context import UserExecutionContext
from services.errors import NotFound
from services.ports.clock import Clock
from services.ports.files import FileStore, StoredFile
from services.sealed import Sealed
from services.tools.function import tool_from_function
from services.tools.progress import Progress
from services.tools.tool import Tool, ToolFailed
from services.tools.toolkit import Toolkit

THREADS = 4
BIG_FILE = 1_048_576
"""From this many bytes on, loading reports progress."""

T = TypeVar("T")
Rows = Annotated[int, Field(ge=1, le=1000)]


class ColumnView(TypedDict):
    """A column's name and type: integer, number, boolean, date or text."""

    name: str
    type: str


class Loaded(TypedDict):
    """A table that is ready; ``notes`` says what was assumed or mended while reading."""

    file: str
    file_id: str
    table: str
    columns: list[ColumnView]
    rows: int
    notes: NotRequired[list[str]]


class Described(TypedDict):
    """A table with a summary of each column."""

    file: str
    file_id: str
    table: str
    columns: list[ColumnSummary]
    rows: int
    notes: NotRequired[list[str]]


class QueryResult(TypedDict):
    """Rows of a query; ``truncated`` when there were more than were returned."""

    columns: list[str]
    rows: list[list[Cell]]
    row_count: int
    truncated: bool


class TableTools(Toolkit, metaclass=Sealed):
    """Tools over the file store. ``cache`` is public so that memory pressure can empty it."""

    def __init__(
        self,
        files: FileStore,
        clock: Clock,
        *,
        cache_bytes: int = 67_108_864,
        load_seconds: float = 25.0,
        query_seconds: float = 5.0,
    ) -> None:
        self._files, self._clock = files, clock
        self._load_seconds, self._query_seconds = load_seconds, query_seconds
        self.cache = TableCache(cache_bytes)
        self._threads = anyio.CapacityLimiter(THREADS)
        self._turns: WeakValueDictionary[str, anyio.Lock] = WeakValueDictionary()

    def tools(self) -> Sequence[Tool]:
        """Return ``table_load``, ``table_describe`` and ``table_query``."""
        methods = (self.table_load, self.table_describe, self.table_query)
        return tuple(tool_from_function(method) for method in methods)

    async def table_load(self, file: str, user: UserExecutionContext, progress: Progress) -> Loaded:
        """Read one of the user's CSV files and tell its columns, their types and the number of rows.

        The rows are then in the SQL table data, which table_describe and table_query read.

        Args:
            file: a file id, or the name of one of the user's files (the newest of that name)
        """
        async with self._turn(user):
            stored, table = await self._table(file, user, progress)
        columns: list[ColumnView] = [{"name": column.name, "type": column.type} for column in table.columns]
        result: Loaded = {
            "file": stored.name,
            "file_id": stored.file_id,
            "table": "data",
            "columns": columns,
            "rows": table.rows,
        }
        if table.notes:
            result["notes"] = list(table.notes)
        return result

    async def table_describe(self, file: str, user: UserExecutionContext, progress: Progress) -> Described:
        """Summarise each column of a CSV file: type, empty and different values, least, greatest, examples.

        Args:
            file: a file id, or the name of one of the user's files (the newest of that name)
        """
        async with self._turn(user):
            stored, table = await self._table(file, user, progress)
            columns = await self._run(lambda stopped: describe(table, stopped), self._query_seconds)
        result: Described = {
            "file": stored.name,
            "file_id": stored.file_id,
            "table": "data",
            "columns": columns,
            "rows": table.rows,
        }
        if table.notes:
            result["notes"] = list(table.notes)
        return result

    async def table_query(
        self, file: str, sql: str, user: UserExecutionContext, progress: Progress, limit: Rows = 100
    ) -> QueryResult:
        """Ask a CSV file a question in SQL: filter, group, sum, rank. Use it for each figure from a table.

        Args:
            file: a file id, or the name of one of the user's files (the newest of that name)
            sql: one SELECT statement of SQLite over the table data; column names with spaces go in double
                quotes, text in single quotes; dates are text such as '2026-11-21', booleans are 1 and 0
            limit: most rows to return, 1 to 1000
        """
        async with self._turn(user):
            _, table = await self._table(file, user, progress)
            columns, rows, truncated = await self._run(
                lambda stopped: query(table, sql, limit, stopped), self._query_seconds
            )
        return {"columns": columns, "rows": rows, "row_count": len(rows), "truncated": truncated}

    def _turn(self, user: UserExecutionContext) -> anyio.Lock:
        turn = self._turns.get(user.user_id)
        if turn is None:
            turn = self._turns[user.user_id] = anyio.Lock()
        return turn

    async def _table(
        self, file: str, user: UserExecutionContext, progress: Progress
    ) -> tuple[StoredFile, Table]:
        stored = await self._stored(file, user.user_id)
        table = self.cache.get(user.user_id, stored.file_id)
        if table is None:
            pieces = await self._files.content(user.user_id, stored.file_id)
            content = b"".join([piece async for piece in pieces])

            def work(stopped: Stopped) -> Table:
                def report(message: str, percentage: float) -> None:
                    if stopped():
                        raise ToolFailed("loading the table took too long: split the file")
                    if stored.bytes >= BIG_FILE:
                        progress.report(f"{stored.name}: {message}", percentage=round(percentage, 1))

                return load(content, report)

            table = await self._run(work, self._load_seconds)
            self.cache.put(user.user_id, stored.file_id, table)
        return stored, table

    async def _stored(self, file: str, user_id: str) -> StoredFile:
        try:
            return await self._files.file(user_id, file)
        except NotFound:
            files = await self._files.files(user_id)
        for alike in (str, str.casefold):
            for stored in files:
                if alike(stored.name) == alike(file):
                    return stored
        names = ", ".join(dict.fromkeys(stored.name for stored in files))
        hint = (
            f"the user's files are {names[:180]}"
            if files
            else "the user has no files: one must be uploaded first"
        )
        raise ToolFailed(f"there is no file {file[:60]!r}; {hint}")

    async def _run(self, work: Callable[[Stopped], T], seconds: float) -> T:
        end = self._clock.monotonic() + seconds
        ended = False

        def stopped() -> bool:
            return ended or self._clock.monotonic() > end

        try:
            return await to_thread.run_sync(work, stopped, abandon_on_cancel=True, limiter=self._threads)
        finally:
            ended = True
