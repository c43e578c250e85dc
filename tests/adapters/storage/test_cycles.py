"""What each call asks of the database leaves nothing in cycles: the collector's pauses stop everybody."""

import gc
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from adapters.storage.database import Database
from adapters.storage.ephemeral import SqlEphemeral
from adapters.storage.sqlite_database import SqliteDatabase
from tests.build import build
from tests.fakes import FakeClock

TIMES = 100
NOTICEABLE = 10
"""Objects each time; a statement that is made anew leaves some seventy."""


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with build(SqliteDatabase, tmp_path / "db") as opened:
        yield opened


async def left_each_time(work: Callable[[], Awaitable[None]]) -> float:
    """Return how many objects the collector finds for each time that the work is done."""
    await work()  # what is made once is made here
    gc.collect()
    gc.disable()
    try:
        for _ in range(TIMES):
            await work()
        return gc.collect() / TIMES
    finally:
        gc.enable()


async def test_a_value_that_is_put_and_taken(database: Database) -> None:
    values = build(SqlEphemeral, database, FakeClock())

    async def work() -> None:
        await values.put("kind", "key", "value", 60)
        assert await values.add("kind", "key", "another", 60) == "value"
        assert await values.take("kind", "key") == "value"

    assert await left_each_time(work) < NOTICEABLE
