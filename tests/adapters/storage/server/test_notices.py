"""Processes wake each other: notices come with the commit, and after a break everybody is told to look."""

from collections.abc import Callable
from pathlib import Path

import anyio
import pytest
from sqlalchemy import Connection, text

from adapters.storage.notifying import notify
from adapters.storage.sqlite_database import SqliteDatabase
from services.errors import NotFound
from tests.adapters.storage.server.conftest import Opens
from tests.build import build
from tests.contracts.storage.conftest import Hold
from tests.engines.postgres import Postgres

pytestmark = pytest.mark.needs("postgres")


class Heard:
    """What a callback was given, to be waited for."""

    def __init__(self) -> None:
        self.all: list[str | None] = []
        self._more = anyio.Event()

    def __call__(self, payload: str | None) -> None:
        self.all.append(payload)
        self._more.set()
        self._more = anyio.Event()

    async def until(self, enough: Callable[[list[str | None]], bool]) -> None:
        with anyio.fail_after(20):
            while not enough(self.all):
                await self._more.wait()


def telling(channel: str, payload: str) -> Callable[[Connection], None]:
    return lambda connection: notify(connection, channel, payload)


async def test_a_notice_comes_with_the_commit_and_to_its_channel_only(opens: Opens) -> None:
    heard, other, hold = Heard(), Heard(), Hold()

    def slowly(connection: Connection) -> None:
        notify(connection, "runs", "late")
        hold.here(connection)

    def failing(connection: Connection) -> None:
        notify(connection, "runs", "never")
        raise NotFound("There is no such thing.")

    async with opens() as here, opens() as there, here.listen("runs", heard), here.listen("Else", other):
        await heard.until(lambda all_: all_ == [None])
        await other.until(lambda all_: all_ == [None])
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(there.write, slowly)
            await hold.begun.wait()
            with pytest.raises(NotFound):
                await there.write(failing)
            await there.write(telling("runs", "early"))
            await heard.until(lambda all_: len(all_) == 2)
            hold.let_go()
        await heard.until(lambda all_: len(all_) == 3)
        await there.write(telling("Else", "é"))
        await other.until(lambda all_: len(all_) == 2)
    assert (heard.all, other.all) == ([None, "early", "late"], [None, "é"])


async def test_after_a_break_everybody_is_told_to_look(opens: Opens, postgres: Postgres) -> None:
    first, second = Heard(), Heard()
    async with opens() as database, database.listen("one", first), database.listen("two", second):
        await first.until(lambda all_: all_ == [None])
        await second.until(lambda all_: all_ == [None])
        ending = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        listening = "query LIKE 'LISTEN %' AND datname = current_database()"
        await database.read(lambda c: c.execute(text(f"{ending} WHERE {listening}")).all())
        await first.until(lambda all_: all_ == [None, None])
        await second.until(lambda all_: all_ == [None, None])
        postgres.cluster.stop()
        postgres.cluster.start()
        await first.until(lambda all_: all_ == [None, None, None])
        await database.write(telling("one", "again"))
        await first.until(lambda all_: all_[3:] == ["again"])


async def test_who_no_longer_listens_is_not_called_and_a_fault_costs_the_others_nothing(opens: Opens) -> None:
    heard, gone = Heard(), Heard()

    def faulty(payload: str | None) -> None:
        raise KeyError(payload)

    async with opens() as database, database.listen("runs", faulty), database.listen("runs", heard):
        async with database.listen("runs", gone):
            await heard.until(lambda all_: all_ == [None])
        await database.write(telling("runs", "x"))
        await heard.until(lambda all_: all_ == [None, "x"])
    assert gone.all == [None]


async def test_a_payload_has_a_bound_that_is_named(opens: Opens) -> None:
    async with opens() as database:
        await database.write(telling("runs", "x" * 7999))
        with pytest.raises(ValueError, match="7999"):
            await database.write(telling("runs", "x" * 8000))


async def test_where_nobody_can_listen_a_notice_is_nothing(tmp_path: Path) -> None:
    async with build(SqliteDatabase, tmp_path / "soledoor.db") as database:
        await database.write(telling("runs", "x"))
