"""What every database promises of notices: everybody hears them, once."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Any

import anyio
import pytest
from sqlalchemy import Connection, insert
from structlog.testing import capture_logs

from adapters.storage.notices import KEPT_S, SqlNotices
from adapters.storage.shared_tables import notices as table
from adapters.storage.statements import present
from services.errors import Unavailable
from tests.build import build
from tests.contracts.shared.conftest import Sql


class Process:
    """Notices of one process and what it heard."""

    def __init__(self, notices: SqlNotices) -> None:
        self.notices = notices
        self.heard: list[str] = []
        notices.hear("k", self.heard.append)

    async def until(self, holds: Callable[[], object]) -> None:
        """Look again and again until it holds."""
        with anyio.fail_after(20):
            while not holds():
                self.notices.wake()
                await anyio.sleep(0.01)

    async def hears(self, *subjects: str) -> None:
        await self.until(lambda: len(self.heard) >= len(subjects))
        assert self.heard == list(subjects)


@pytest.fixture
async def processes(sql: Sql) -> AsyncIterator[tuple[Process, Process]]:
    both = Process(await sql.notices()), Process(await sql.notices())
    async with AsyncExitStack() as stack:
        for process in both:
            await stack.enter_async_context(process.notices)
        yield both


async def test_the_poster_has_heard_it_at_once_and_the_others_hear_it_soon(
    processes: tuple[Process, Process],
) -> None:
    one, other = processes
    await one.notices.post("k", "first")
    assert one.heard == ["first"]
    with anyio.fail_after(20):
        while not other.heard:  # by itself: nobody wakes it
            await anyio.sleep(0.01)
    await other.notices.post("k", "second")
    await other.hears("first", "second")
    await one.hears("first", "second")


async def test_each_is_heard_once_however_often_one_looks(processes: tuple[Process, Process]) -> None:
    one, other = processes
    for number in range(20):
        await (one, other)[number % 2].notices.post("k", str(number))
    for process in processes:
        await process.until(lambda process=process: len(process.heard) >= 20)  # type: ignore[misc]
        for _ in range(5):
            process.notices.wake()
            await anyio.sleep(0.02)
        assert sorted(process.heard, key=int) == [str(number) for number in range(20)]


async def test_a_notice_that_a_look_finds_before_its_post_returns_is_heard_once(
    sql: Sql, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = await sql.database()
    process = Process(build(SqlNotices, database, sql.clock))
    write = database.write

    async def and_look(work: Any) -> Any:
        written = await write(work)
        await process.notices._catch_up()
        assert process.heard == ["one"]
        return written

    await process.notices.begin()  # and nobody else looks
    monkeypatch.setattr(database, "write", and_look)
    await process.notices.post("k", "one")
    assert process.heard == ["one"]


async def test_other_kinds_and_what_was_before_are_not_heard(sql: Sql) -> None:
    early, process = await sql.notices(), Process(await sql.notices())
    async with early:
        await early.post("k", "before")
        async with process.notices:
            await early.post("another", "unheard")
            await early.post("k", "after")
            await process.hears("after")


async def test_when_all_were_swept_the_next_is_still_heard(
    sql: Sql, processes: tuple[Process, Process]
) -> None:
    one, other = processes
    await one.notices.post("k", "old")
    await other.hears("old")
    await sql.pass_time(KEPT_S + 1)
    assert await one.notices.trim(10) == 1
    await one.notices.post("k", "new")
    await other.hears("old", "new")


async def test_a_recent_notice_is_not_swept(sql: Sql, processes: tuple[Process, Process]) -> None:
    one, _ = processes
    await one.notices.post("k", "recent")
    await sql.pass_time(KEPT_S / 2)
    assert await one.notices.trim(10) == 0


async def test_a_row_that_becomes_visible_after_one_with_a_higher_number_is_heard(sql: Sql) -> None:
    process = Process(await sql.notices())
    process.notices._overlap = 15_000_000  # as where several write at once
    database = await sql.database()

    def late(connection: Connection) -> None:
        now = present(database.dialect, sql.clock)
        row = {"position": 5, "kind": "k", "subject": "late", "posted_at": now}
        connection.execute(insert(table).values(row)).close()

    await sql.number_notices_from(10)
    async with process.notices:
        await process.notices.post("k", "higher")
        await process.until(lambda: process.heard == ["higher"])
        await database.write(late)
        await process.hears("higher", "late")


async def test_a_process_that_was_cut_off_hears_what_it_missed(
    sql: Sql, processes: tuple[Process, Process], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = processes
    database, asked = other.notices._database, anyio.Event()
    read = database.read

    async def away(work: object) -> None:
        asked.set()
        raise Unavailable("away")

    with capture_logs() as logs:
        monkeypatch.setattr(database, "read", away)
        other.notices.wake()
        await asked.wait()
        await one.notices.post("k", "missed")
        assert other.heard == []
        monkeypatch.setattr(database, "read", read)
        await other.hears("missed")
    assert [line["event"] for line in logs] == ["notices_unreadable"]


async def test_one_hearer_that_fails_keeps_no_other_from_hearing(sql: Sql) -> None:
    notices = await sql.notices()
    heard: list[str] = []

    def fail(_: str) -> None:
        raise RuntimeError

    notices.hear("k", fail)
    notices.hear("k", heard.append)
    with capture_logs() as logs:
        await notices.post("k", "s")
    assert heard == ["s"]
    assert [line["event"] for line in logs] == ["hearing_failed"]
