"""When the server cuts connections, stops, is slow or full: clear refusals, and recovery by itself."""

from typing import Any

import anyio
import pytest
from sqlalchemy import Connection, select, text, update
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError

from adapters.storage.notifying import notify
from adapters.storage.postgres_database import PostgresDatabase
from adapters.storage.tables import users as table
from services.errors import InvalidInput, Unavailable
from tests.adapters.storage.server.conftest import Opens, server_at
from tests.build import build
from tests.contracts.storage.conftest import Hold
from tests.contracts.storage.test_database import adding, ids
from tests.engines.postgres import Postgres
from tests.faults.proxy import FaultProxy

pytestmark = pytest.mark.needs("postgres")


def pid(connection: Connection) -> int:
    return int(connection.execute(text("SELECT pg_backend_pid()")).scalar_one())


async def kill_others(database: PostgresDatabase) -> None:
    """End every other connection to this database."""
    others = "datname = current_database() AND pid <> pg_backend_pid()"
    await database.read(
        lambda c: c.execute(
            text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}")
        ).all()
    )


async def refusal(database: PostgresDatabase, work: Any) -> Unavailable:
    with pytest.raises(Unavailable) as refused:
        await database.write(work)
    assert (refused.value.code, refused.value.retry_after_s) == ("storage_unavailable", 1.0)
    return refused.value


async def test_a_write_whose_connection_is_killed_is_done_once_on_another(opens: Opens) -> None:
    hold, tries = Hold(), list[int]()

    def cut(connection: Connection) -> None:
        tries.append(pid(connection))
        adding("ann")(connection)
        if len(tries) == 1:
            hold.here(connection)
        adding("bob")(connection)

    async with opens() as database, anyio.create_task_group() as tasks:
        tasks.start_soon(database.write, cut)
        await hold.begun.wait()
        await kill_others(database)
        hold.let_go()
        with anyio.fail_after(10):
            while await database.read(ids) != ["ann", "bob"]:
                await anyio.sleep(0.01)
        assert len(set(tries)) == 2


async def test_a_connection_cut_again_and_again_is_refused_and_nothing_is_left(opens: Opens) -> None:
    def suicide(connection: Connection) -> None:
        adding("ann")(connection)
        connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())")).close()

    async with opens() as database:
        await refusal(database, suicide)
        assert await database.read(ids) == []


async def test_a_server_that_stops_is_refused_and_one_that_is_back_is_used(
    opens: Opens, postgres: Postgres
) -> None:
    cluster = postgres.cluster
    async with opens() as database:
        async with anyio.create_task_group() as tasks:  # several connections are in the pool
            for number in range(4):
                tasks.start_soon(database.write, adding(f"u{number}"))
        for signal in ("INT", "QUIT"):
            cluster.stop(signal=signal)
            refused = await refusal(database, adding("meanwhile"))
            assert refused.detail == "The database cannot be reached."
            with pytest.raises(Unavailable):
                await database.read(ids)
            cluster.start()
            assert len(await database.read(ids)) == 4
            await database.write(_touch)


async def test_connections_that_died_unused_cost_nobody_a_write(opens: Opens, postgres: Postgres) -> None:
    holds = [Hold() for _ in range(8)]
    async with opens(connections=8) as database:
        async with anyio.create_task_group() as tasks:
            for hold in holds:
                tasks.start_soon(database.write, hold.here)
                await hold.begun.wait()
            for hold in holds:
                hold.let_go()
        postgres.cluster.stop()
        postgres.cluster.start()
        await anyio.wait_all_tasks_blocked()
        await database.write(lambda connection: notify(connection, "any"))


def _touch(connection: Connection) -> None:
    connection.execute(update(table).values(roles="[]")).close()


async def test_with_every_connection_busy_the_next_waits_so_long_and_no_longer(opens: Opens) -> None:
    hold = Hold()
    async with opens(connections=1, busy_timeout=0.05) as database, anyio.create_task_group() as tasks:
        tasks.start_soon(database.write, hold.here)
        await hold.begun.wait()
        assert (await refusal(database, adding("ann"))).detail == "All connections to the database are busy."
        hold.let_go()
    async with opens() as database:
        assert await database.read(ids) == []


async def test_a_statement_that_takes_too_long_is_ended_by_the_server(opens: Opens) -> None:
    def slow(connection: Connection) -> None:
        adding("ann")(connection)
        connection.execute(text("SELECT pg_sleep(60)")).close()

    async with opens(connections=1, work_timeout=0.1) as database:
        assert (await refusal(database, slow)).detail == "The database took too long."
        assert await database.read(ids) == []
        await database.write(adding("bob"))


async def test_a_server_that_says_nothing_more_is_given_up(
    opens: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.storage.postgres_database.MARGIN", 0.1)

    def silent(connection: Connection) -> None:
        connection.execute(text("SET LOCAL statement_timeout = 0")).close()
        connection.connection.cursor().execute("SELECT pg_sleep(60)")  # as a Prepared does

    async with opens(connections=1, work_timeout=0.1) as database:
        assert (await refusal(database, silent)).detail == "The database took too long."
        assert await database.read(ids) == []


async def test_a_network_that_swallows_everything_is_given_up_and_used_again(
    postgres: Postgres, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.storage.postgres_database.MARGIN", 0.1)
    tries = 0

    def silent(connection: Connection) -> None:
        nonlocal tries
        tries += 1
        adding(f"u{tries}")(connection)
        proxy.up.passing = proxy.down.passing = False
        cursor = connection.connection.cursor()
        cursor.execute("SELECT 1")

    name = make_url(postgres_url).database
    async with FaultProxy.before(postgres.cluster.port) as proxy:
        url = postgres.cluster.url(str(name), tcp=True).replace(str(postgres.cluster.port), str(proxy.port))
        waits = {"work_timeout": 0.3, "connect_timeout": 0.3, "busy_timeout": 5.0}
        async with build(PostgresDatabase, server_at(url, **waits), 1) as database:
            assert (await refusal(database, silent)).detail == "The database took too long."
            proxy.up.passing = proxy.down.passing = True
            assert await database.read(ids) == []
    assert tries == 1


async def test_who_is_in_a_hurry_asks_a_silent_server_once_and_leaves_it(
    postgres: Postgres, postgres_url: str
) -> None:
    """Work under way and work that comes are refused; then nobody waits again, not even to say goodbye."""
    name, refused = make_url(postgres_url).database, list[str]()

    async def asked() -> None:
        refused.append((await refusal(database, _touch)).detail)

    async with FaultProxy.before(postgres.cluster.port) as proxy:
        url = postgres.cluster.url(str(name), tcp=True).replace(str(postgres.cluster.port), str(proxy.port))
        waits = {"work_timeout": 600.0, "connect_timeout": 600.0, "busy_timeout": 600.0}
        with anyio.fail_after(40):
            async with build(PostgresDatabase, server_at(url, **waits), 4) as database:
                async with anyio.create_task_group() as tasks:  # several connections are in the pool
                    for number in range(4):
                        tasks.start_soon(database.write, adding(f"u{number}"))
                proxy.up.passing = proxy.down.passing = False
                async with anyio.create_task_group() as tasks:
                    tasks.start_soon(asked)
                    await anyio.wait_all_tasks_blocked()
                    database.hurry(0)
                    tasks.start_soon(asked)
                assert refused == ["The database took too long."] * 2
                for _ in range(100):  # by half a second each, this would be too much for the time there is
                    await asked()
                assert set(refused) == {"The database took too long."}


async def test_who_is_in_a_hurry_is_served_by_a_server_that_answers(opens: Opens) -> None:
    async with opens() as database:
        database.hurry(0)
        await database.write(adding("ann"))
        assert await database.read(ids) == ["ann"]


async def test_a_row_that_somebody_else_holds_is_a_clear_refusal_and_then_over(opens: Opens) -> None:
    hold = Hold()

    def holding(connection: Connection) -> None:
        connection.execute(select(table).with_for_update()).close()
        hold.here(connection)

    async with opens(busy_timeout=0.1) as database:
        await database.write(adding("ann"))
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(database.write, holding)
            await hold.begun.wait()
            assert "locked" in (await refusal(database, _touch)).detail
            hold.let_go()
        await database.write(_touch)


async def test_two_that_wait_for_each_other_are_both_done(opens: Opens) -> None:
    """The server ends one of the two; it is run again."""
    met, tries = {"ann": anyio.Event(), "bob": anyio.Event()}, list[str]()

    async def both(database: PostgresDatabase, first: str, second: str) -> None:
        def work(connection: Connection) -> None:
            tries.append(first)
            change = update(table).values(roles=table.c.roles + "+")
            connection.execute(change.where(table.c.user_id == first)).close()
            met[first].set()
            adapted: Any = connection.connection.dbapi_connection
            adapted.run_async(lambda _driver: met[second].wait())
            connection.execute(change.where(table.c.user_id == second)).close()

        await database.write(work)

    async with opens() as database:
        for name in met:
            await database.write(adding(name))
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(both, database, "ann", "bob")
            tasks.start_soon(both, database, "bob", "ann")
        assert await database.read(lambda c: c.execute(select(table.c.roles)).scalars().all()) == ["0++"] * 2
        assert len(tries) >= 3  # whoever is run again may be too early once more


async def test_an_error_that_the_work_swallows_is_not_confirmed(opens: Opens) -> None:
    def swallowing(connection: Connection) -> None:
        adding("ann")(connection)
        try:
            adding("ann")(connection)
        except IntegrityError:
            return

    async with opens() as database:
        await refusal(database, swallowing)
        assert await database.read(ids) == []


@pytest.mark.parametrize("name", ["a\x00b", "x" * 10_000_000, "\ud800"])
async def test_a_value_that_cannot_be_held_is_the_callers_fault(opens: Opens, name: str) -> None:
    async with opens() as database:
        with pytest.raises(InvalidInput):
            await database.write(adding(name))
        assert await database.read(ids) == []


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("53100", "The disk is full."),
        ("25006", "The database is read-only."),
        ("57P03", "The database is starting or stopping."),
        ("53300", "The database takes no more connections."),
        ("58030", "The disk cannot be read or written."),
        ("99999", "The database cannot be used now."),
    ],
)
async def test_what_the_server_says_comes_in_words(opens: Opens, state: str, words: str) -> None:
    raising = text(f"DO $$ BEGIN RAISE EXCEPTION 'secret' USING ERRCODE = '{state}'; END $$")
    async with opens(connections=1) as database:
        refused = await refusal(database, lambda connection: connection.execute(raising).close())
        assert refused.detail == words
        assert "secret" not in str(refused)
        assert await database.read(ids) == []


async def test_a_database_that_lets_nobody_in_is_used_once_it_does(opens: Opens, postgres: Postgres) -> None:
    async with opens(connections=2) as database:
        name = await database.read(lambda c: c.execute(text("SELECT current_database()")).scalar_one())
        hold = Hold()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(database.write, hold.here)
            await hold.begun.wait()
            postgres.run(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
            assert "cannot be used" in (await refusal(database, adding("ann"))).detail
            postgres.run(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
            await database.write(adding("ann"))
            hold.let_go()


async def test_one_moment_is_read(opens: Opens) -> None:
    hold = Hold()
    seen: list[list[str]] = []

    def twice(connection: Connection) -> None:
        seen.append(ids(connection))
        hold.here(connection)
        seen.append(ids(connection))

    async with opens() as database:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(database.read, twice)
            await hold.begun.wait()
            await database.write(adding("ann"))
            hold.let_go()
        assert seen == [[], []]


async def test_leaving_leaves_no_connection_behind(
    opens: Opens,
) -> None:
    async with opens() as database, anyio.create_task_group() as tasks:
        for number in range(8):
            tasks.start_soon(database.write, adding(f"u{number}"))
    async with opens(connections=1) as again:
        count = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        with anyio.fail_after(10):  # a backend ends a moment after its connection
            while await again.read(lambda c: c.execute(text(count)).scalar_one()) != 1:
                await anyio.sleep(0.01)
