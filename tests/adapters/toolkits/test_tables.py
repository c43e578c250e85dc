import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
import pytest

from adapters.toolkits.builtin.table_cache import TableCache
from adapters.toolkits.builtin.table_loading import Table
from adapters.toolkits.builtin.tables import TableTools
from services.tools import Injected, InvalidArguments, ToolFailed
from tests.adapters.toolkits.fakes import DirectoryFiles, Reports, StillClock, context
from tests.build import build

SALES = "region,units\nNorth,3\nSouth,5\n"


@pytest.fixture
def files(tmp_path: Path) -> DirectoryFiles:
    return DirectoryFiles(tmp_path)


@pytest.fixture
def tables(files: DirectoryFiles) -> TableTools:
    return build(TableTools, files, StillClock())


async def units(tables: TableTools, file: str, user_id: str = "u_anna") -> Any:
    result = await tables.table_query(file, "SELECT sum(units) FROM data", context(user_id), Reports())
    return result["rows"][0][0]


async def test_a_file_is_loaded_described_and_queried(tables: TableTools, files: DirectoryFiles) -> None:
    file_id = files.add("sales.csv", SALES)
    named = {"file": "sales.csv", "file_id": file_id, "table": "data", "rows": 2}
    columns = [{"name": "region", "type": "text"}, {"name": "units", "type": "integer"}]
    assert await tables.table_load(file_id, context(), Reports()) == {**named, "columns": columns}
    described = await tables.table_describe("sales.csv", context(), Reports())
    assert [column["distinct"] for column in described["columns"]] == [2, 2]
    result = await tables.table_query(file_id, "SELECT * FROM data", context(), Reports(), limit=1)
    assert result == {
        "columns": ["region", "units"],
        "rows": [["North", 3]],
        "row_count": 1,
        "truncated": True,
    }


async def test_what_was_mended_is_told(tables: TableTools, files: DirectoryFiles) -> None:
    files.add("a.csv", "n,\n1,2\n")
    assert (await tables.table_load("a.csv", context(), Reports()))["notes"]
    assert (await tables.table_describe("a.csv", context(), Reports()))["notes"]


async def test_a_name_means_the_newest_file_and_case_matters_last(
    tables: TableTools, files: DirectoryFiles
) -> None:
    files.add("sales.csv", SALES)
    files.add("sales.csv", "units\n7\n")
    files.add("SALES.csv", "units\n9\n")
    assert await units(tables, "sales.csv") == 7
    assert await units(tables, "SALES.csv") == 9
    assert await units(tables, "Sales.CSV") == 9


async def test_an_unknown_file_is_refused_with_those_there_are(
    tables: TableTools, files: DirectoryFiles
) -> None:
    with pytest.raises(ToolFailed, match="no files: one must be uploaded"):
        await tables.table_load("x.csv", context(), Reports())
    files.add("sales.csv", SALES)
    with pytest.raises(ToolFailed, match=r"the user's files are sales\.csv"):
        await tables.table_load("x.csv", context(), Reports())


async def test_nobody_reaches_anothers_file_or_loaded_table(
    tables: TableTools, files: DirectoryFiles
) -> None:
    secret = files.add("sales.csv", SALES, "u_anna")
    assert await units(tables, secret, "u_anna") == 8
    for name in (secret, "sales.csv"):
        with pytest.raises(ToolFailed, match="there is no file"):
            await units(tables, name, "u_bert")
    files.add("sales.csv", "units\n1\n", "u_bert")
    assert await units(tables, "sales.csv", "u_bert") == 1


async def test_a_deleted_file_is_gone_although_it_was_loaded(
    tables: TableTools, files: DirectoryFiles
) -> None:
    file_id = files.add("sales.csv", SALES)
    await units(tables, file_id)
    await files.delete("u_anna", file_id)
    with pytest.raises(ToolFailed, match="there is no file"):
        await units(tables, file_id)


async def test_a_file_is_read_once_however_many_ask_at_once(
    tables: TableTools, files: DirectoryFiles
) -> None:
    file_id = files.add("sales.csv", SALES)
    found: list[object] = []

    async def ask() -> None:
        found.append(await units(tables, file_id))

    async with anyio.create_task_group() as tasks:
        for _ in range(10):
            tasks.start_soon(ask)
    assert found == [8] * 10
    assert files.opened == [file_id]


async def test_only_big_files_report_progress(tables: TableTools, files: DirectoryFiles) -> None:
    small, big = Reports(), Reports()
    files.add("small.csv", SALES)
    files.add("big.csv", "region,units\n" + "North,3\n" * 140_000)
    await tables.table_load("small.csv", context(), small)
    await tables.table_load("big.csv", context(), big)
    assert small.percentages == []
    assert big.percentages[-1] == 100


async def test_loading_and_asking_end_when_their_time_is_over(files: DirectoryFiles) -> None:
    files.add("sales.csv", SALES)
    hurried = build(TableTools, files, StillClock(step=1.0), load_seconds=0.5)
    with pytest.raises(ToolFailed, match="loading the table took too long"):
        await hurried.table_load("sales.csv", context(), Reports())
    short = build(TableTools, files, StillClock(step=0.001), query_seconds=0.01)
    with pytest.raises(ToolFailed, match="the query took too long"):
        await short.table_query(
            "sales.csv",
            f"SELECT count(*) FROM {', '.join(f'data d{n}' for n in range(20))}",
            context(),
            Reports(),
        )


async def test_work_that_is_cancelled_is_told_to_stop(tables: TableTools) -> None:
    running, ended = threading.Event(), threading.Event()

    def work(stopped: Callable[[], bool]) -> None:
        running.set()
        while not stopped():
            pass
        ended.set()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(tables._run, work, 5.0)
        await anyio.to_thread.run_sync(running.wait)
        tasks.cancel_scope.cancel()
    assert await anyio.to_thread.run_sync(ended.wait, 30)


def test_the_user_and_the_progress_are_no_arguments(tables: TableTools) -> None:
    load, describe, query = tables.tools()
    for tool in (load, describe, query):
        assert tool.injected == {"user": Injected.CONTEXT, "progress": Injected.PROGRESS}
        assert not {"user", "progress"} & set(tool.parameters["properties"])
    with pytest.raises(InvalidArguments, match="limit"):
        query.validate({"file": "f", "sql": "SELECT 1", "limit": 1001})


def table(size: int) -> Table:
    return Table((), 0, (), b"x" * size)


def test_the_least_recently_used_table_goes_first() -> None:
    cache = TableCache(30)
    for name in ("a", "b", "c"):
        cache.put("u", name, table(10))
    cache.get("u", "a")
    cache.put("u", "d", table(10))
    assert [name for name in "abcd" if cache.get("u", name)] == ["a", "c", "d"]
    assert cache.bytes == 30


def test_a_table_larger_than_the_bound_is_not_kept() -> None:
    cache = TableCache(30)
    cache.put("u", "a", table(10))
    cache.put("u", "b", table(31))
    assert cache.get("u", "a") is not None
    assert cache.get("u", "b") is None


def test_a_table_is_kept_under_its_owners_name_and_replaced_in_place() -> None:
    cache = TableCache(30)
    cache.put("u", "a", table(10))
    assert cache.get("v", "a") is None
    cache.put("u", "a", table(20))
    assert cache.bytes == 20
    assert cache.clear() == 20
    assert (cache.bytes, cache.get("u", "a")) == (0, None)
