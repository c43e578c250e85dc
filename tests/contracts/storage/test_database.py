"""What every database promises to the stores over it."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest
from anyio.abc import TaskGroup
from sqlalchemy import Connection, insert, select, update

from adapters.storage.database import Database
from adapters.storage.tables import users as table
from services.errors import Conflict, NotFound, Unavailable
from tests.contracts.storage.conftest import Hold, opened


def adding(user_id: str) -> Callable[[Connection], str]:
    def work(connection: Connection) -> str:
        row = {"user_id": user_id, "name": user_id, "name_key": user_id, "roles": "0", "disabled": False}
        connection.execute(insert(table), row | {"password_hash": "hash"}).close()
        return user_id

    return work


def ids(connection: Connection) -> list[str]:
    return sorted(connection.execute(select(table.c.user_id)).scalars())


@asynccontextmanager
async def busy(database: Database) -> AsyncIterator[TaskGroup]:
    """Hold every writer, so that what the tasks write meanwhile waits."""
    holds = [Hold() for _ in range(getattr(database, "connections", 1))]

    async with anyio.create_task_group() as tasks:
        for hold in holds:
            tasks.start_soon(database.write, hold.here)
            await hold.begun.wait()
        try:
            yield tasks
            await anyio.wait_all_tasks_blocked()
        finally:
            for hold in holds:
                hold.let_go()


async def refusal(database: Database, work: Callable[[Connection], Any], told: list[Exception]) -> None:
    with pytest.raises(Exception) as refused:  # noqa: PT011 - the caller looks at it
        await database.write(work)
    told.append(refused.value)


def count(connection: Connection) -> None:
    """Read, add one, write: what two transactions at once would get wrong."""
    before = connection.execute(select(table.c.roles).with_for_update()).scalar_one()
    connection.execute(update(table).values(roles=str(int(before) + 1))).close()


def counted(connection: Connection) -> int:
    return int(connection.execute(select(table.c.roles)).scalar_one())


async def test_five_hundred_changes_at_once_are_five_hundred_changes(database: Database) -> None:
    await database.write(adding("counter"))

    async with anyio.create_task_group() as tasks:
        for _ in range(500):
            tasks.start_soon(database.write, count)
    assert (
        await database.read(lambda connection: connection.execute(select(table.c.roles)).scalar_one())
        == "500"
    )


async def test_changes_through_two_databases_are_all_kept(database: Database, where: str | Path) -> None:
    await database.write(adding("counter"))

    async def one_by_one(through: Database) -> None:
        for _ in range(50):
            await through.write(count)

    async with opened(where) as other, anyio.create_task_group() as tasks:
        for through in (database, other):
            tasks.start_soon(one_by_one, through)
            tasks.start_soon(one_by_one, through)
    assert await database.read(counted) == 200


async def test_a_write_that_fails_fails_for_its_caller_only(database: Database) -> None:
    def half_done(connection: Connection) -> None:
        adding("half")(connection)
        raise NotFound("There is no such thing.")

    told: list[Exception] = []
    await database.write(adding("taken"))
    async with busy(database) as tasks:
        tasks.start_soon(database.write, adding("one"))
        tasks.start_soon(refusal, database, adding("taken"), told)
        tasks.start_soon(refusal, database, half_done, told)
        tasks.start_soon(database.write, adding("two"))
        tasks.start_soon(refusal, database, lambda c: c.exec_driver_sql("SELECT nonsense"), told)
        tasks.start_soon(database.write, adding("three"))
    assert sorted(type(error).__name__ for error in told) == ["Conflict", "NotFound", "Unavailable"]
    assert await database.read(ids) == ["one", "taken", "three", "two"]


async def test_no_error_tells_what_was_asked_of_the_database(database: Database) -> None:
    told: list[Exception] = []
    await database.write(adding("taken"))
    for work in (adding("taken"), lambda c: c.exec_driver_sql("SELECT secret FROM nowhere")):
        await refusal(database, work, told)
    with pytest.raises(Unavailable) as refused:
        await database.read(lambda c: c.exec_driver_sql("SELECT secret FROM nowhere"))
    for error in (*told, refused.value):
        assert isinstance(error, Conflict | Unavailable)
        assert not any(word in str(error) for word in ("SELECT", "INSERT", "users", "secret", "taken"))
        assert error.__cause__ is None


async def test_a_writer_cancelled_while_it_waits_leaves_nothing(database: Database) -> None:
    async with busy(database) as tasks, anyio.create_task_group() as cut:
        tasks.start_soon(database.write, adding("stays"))
        cut.start_soon(database.write, adding("goes"))
        await anyio.wait_all_tasks_blocked()
        cut.cancel_scope.cancel()
    assert await database.read(ids) == ["stays"]


async def test_a_writer_cancelled_at_work_is_done_whole(database: Database) -> None:
    hold = Hold()

    def slowly(connection: Connection) -> None:
        adding("first")(connection)
        hold.here(connection)
        adding("second")(connection)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(database.write, slowly)
        await hold.begun.wait()
        tasks.cancel_scope.cancel()
        hold.let_go()
    await database.write(adding("third"))
    assert await database.read(ids) == ["first", "second", "third"]


async def test_an_answered_write_is_there_for_everybody(database: Database, where: str | Path) -> None:
    async with opened(where) as other:
        await database.write(adding("ann"))
        assert await other.read(ids) == ["ann"]


async def test_a_read_changes_nothing(database: Database) -> None:
    with pytest.raises(Unavailable):
        await database.read(adding("ann"))
    assert await database.read(ids) == []


async def test_a_transaction_that_ended_behind_our_back_is_not_confirmed(database: Database) -> None:
    told: list[Exception] = []
    async with busy(database) as tasks:
        tasks.start_soon(database.write, adding("ann"))
        tasks.start_soon(refusal, database, lambda c: c.exec_driver_sql("ROLLBACK").close(), told)
        tasks.start_soon(database.write, adding("bob"))
    assert [type(error) for error in told] == [Unavailable]
    assert await database.read(ids) == ["ann", "bob"]


async def test_a_queue_that_is_full_says_so(where: str | Path) -> None:
    told: list[Exception] = []
    async with opened(where, waiting=2) as database:
        async with busy(database) as tasks:
            for number in range(2):
                tasks.start_soon(database.write, adding(f"u{number}"))
            await anyio.wait_all_tasks_blocked()
            await refusal(database, adding("one too many"), told)
        assert await database.read(ids) == ["u0", "u1"]
    assert [getattr(error, "code", "") for error in told] == ["storage_unavailable"]


async def test_leaving_waits_for_what_was_queued(where: str | Path) -> None:
    async with anyio.create_task_group() as tasks, opened(where) as database:
        for number in range(20):
            tasks.start_soon(database.write, adding(f"u{number:02}"))
        await anyio.wait_all_tasks_blocked()
    async with opened(where) as again:
        assert len(await again.read(ids)) == 20


async def test_leaving_waits_for_what_is_at_work(where: str | Path) -> None:
    hold, left = Hold(), anyio.Event()

    async def live() -> None:
        async with opened(where) as database:
            tasks.start_soon(database.write, hold.here)
            await hold.begun.wait()
        left.set()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(live)
        await hold.begun.wait()
        await anyio.wait_all_tasks_blocked()
        assert not left.is_set()
        hold.let_go()
    assert left.is_set()


async def test_a_database_that_is_not_open_refuses(where: str | Path) -> None:
    async def refuses(database: Database) -> None:
        for use in (database.read, database.write):
            with pytest.raises(Unavailable, match="closed"):
                await use(ids)

    database = opened(where)
    await refuses(database)
    async with database:
        assert await database.read(ids) == []
    await refuses(database)


async def test_what_ends_the_body_comes_out_as_it_is(where: str | Path) -> None:
    with pytest.raises(KeyError):
        async with opened(where):
            raise KeyError


async def test_others_still_write_while_everything_is_being_cancelled(where: str | Path) -> None:
    with anyio.CancelScope() as scope:
        async with opened(where) as database:
            scope.cancel()
            with anyio.CancelScope(shield=True):
                await database.write(adding("last words"))
            await anyio.sleep_forever()
    async with opened(where) as again:
        assert await again.read(ids) == ["last words"]
