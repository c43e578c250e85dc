"""What the file store leaves on the disk."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import pytest
from anyio import from_thread
from sqlalchemy import Connection

from adapters.clock import SystemClock
from adapters.storage.files import DiskFileStore
from adapters.storage.sqlite_database import SqliteDatabase
from services.errors import Unavailable
from tests.build import build


@asynccontextmanager
async def opened(data: Path) -> AsyncIterator[tuple[SqliteDatabase, DiskFileStore]]:
    async with (
        build(SqliteDatabase, data / "soledoor.db") as database,
        build(DiskFileStore, database, data / "files", build(SystemClock)) as files,
    ):
        yield database, files


async def once(content: bytes) -> AsyncIterator[bytes]:
    yield content


async def test_content_is_for_its_owner_only_under_a_name_nobody_chose(tmp_path: Path) -> None:
    async with opened(tmp_path) as (_, files):
        file = await files.put("ann", "sales.csv", "text/csv", once(b"a"), 10)
        [path] = (tmp_path / "files").iterdir()
    assert path.name == file.file_id
    assert "sales" not in path.name
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)


async def test_content_whose_description_cannot_be_stored_is_taken_away(tmp_path: Path) -> None:
    async with opened(tmp_path) as (database, files):
        count = await database.write(lambda c: c.exec_driver_sql("PRAGMA page_count").scalar_one())
        await database.write(lambda c: c.exec_driver_sql(f"PRAGMA max_page_count={count}").close())
        with pytest.raises(Unavailable):
            await files.put("ann", "x" * 200, "text/csv" * 10_000, once(b"a"), 10)
        assert await files.files("ann") == []
    assert list((tmp_path / "files").iterdir()) == []


async def test_cancelled_while_it_is_described_a_file_is_stored_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(tmp_path) as (database, files):
        write = database.write
        with anyio.CancelScope() as scope:

            async def cut_off(work: Callable[[Connection], None]) -> None:
                def then_cancel(connection: Connection) -> None:
                    work(connection)
                    from_thread.run_sync(scope.cancel)

                await write(then_cancel)

            monkeypatch.setattr(database, "write", cut_off)
            await files.put("ann", "a.csv", "text/csv", once(b"whole"), 10)
        [file] = await files.files("ann")
        assert [path.name for path in (tmp_path / "files").iterdir()] == [file.file_id]
