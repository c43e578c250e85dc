"""How many writes share a transaction."""

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import anyio
import pytest

from adapters.storage import writer
from adapters.storage.sqlite_database import SqliteDatabase
from tests.build import build


async def test_who_is_answered_and_writes_again_goes_with_those_who_waited(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    batches, real = list[int](), writer._commit

    def counting(engine: Any, batch: Sequence[Any]) -> None:
        batches.append(len(batch))
        real(engine, batch)

    monkeypatch.setattr(writer, "_commit", counting)
    go_on = threading.Event()

    async def write(times: int) -> None:
        for _ in range(times):
            await database.write(lambda _: go_on.wait(20))

    async with build(SqliteDatabase, tmp_path / "a.db", 20) as database, anyio.create_task_group() as tasks:
        for times in (2, 2, 1):
            tasks.start_soon(write, times)
            await anyio.wait_all_tasks_blocked()
        go_on.set()
    assert batches == [1, 3, 1]
