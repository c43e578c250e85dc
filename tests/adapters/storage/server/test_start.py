"""Servers that cannot be used are refused at the start: one line, the setting named, no password."""

import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text

from adapters.storage import places
from adapters.storage.locks import lock
from adapters.storage.migrate import check, current, migrate
from adapters.storage.postgres import PostgresServer
from adapters.storage.revisions import SCRIPTS, head
from adapters.storage.tables import metadata
from services.errors import InvalidInput, Refused, Unavailable
from tests.adapters.storage.server.conftest import Opens, server_at
from tests.adapters.storage.test_migrations import LATER
from tests.contracts.storage.conftest import Hold
from tests.engines.cluster import PASSWORD
from tests.engines.postgres import Postgres

ROOT = Path(__file__).parents[4]
pytestmark = pytest.mark.needs("postgres")


async def line(url: str) -> str:
    with pytest.raises(Refused) as refused:
        await migrate(server_at(url))
    [wrong] = refused.value.errors
    assert wrong.field == "database.url"
    assert "4711" not in str(refused.value)
    return str(refused.value)


async def test_a_wrong_password_account_and_database_are_named(postgres: Postgres) -> None:
    right = postgres.cluster.url("postgres", tcp=True)
    wrong_password = right.replace("word-4711", "word-4712")
    assert "correct user and password" in await line(wrong_password)
    assert "correct user and password" in await line(right.replace("//soledoor:", "//nobody:"))
    assert "no database 'missing'" in await line(postgres.cluster.url("missing", tcp=True))


async def test_a_server_that_is_not_there_is_named_by_its_address(postgres: Postgres) -> None:
    for host in ("127.0.0.1:1", "no-such-host.invalid:5432"):
        told = await line(f"postgresql://ada:secret-4711@{host}/soledoor")
        assert f"nothing answers at postgresql://ada@{host}/soledoor" in told


async def test_an_old_server_and_a_foreign_encoding_are_refused(
    empty_postgres_url: str, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.storage.migrate_server.OLDEST", (99,))
    assert "use 99 or later" in await line(empty_postgres_url)
    monkeypatch.undo()
    name = postgres.fresh(options="ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0")
    assert "encoding is SQL_ASCII" in await line(postgres.url(name))


async def test_an_account_that_may_not_make_tables_is_told_how(postgres: Postgres) -> None:
    name = postgres.fresh()
    postgres.run("CREATE ROLE guest LOGIN PASSWORD 'guest-4711'")
    postgres.run("REVOKE CREATE ON SCHEMA public FROM PUBLIC", database=name)
    url = postgres.cluster.url(name, tcp=True)
    try:
        told = await line(f"postgresql://guest:guest-4711@{url.partition('@')[2]}")
        assert "GRANT CREATE ON SCHEMA public" in told
    finally:
        postgres.run("DROP ROLE guest")


def test_a_missing_driver_is_named_with_the_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "find_spec", lambda _name: None)
    with pytest.raises(InvalidInput, match=r"needs asyncpg and greenlet.*soledoor\[postgres\]"):
        places.located("postgresql://ada:secret@host/name")


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ada:secret@host",
        "postgresql://ada:secret@host:port/name",
        "postgresql+psycopg://ada:secret@host/name",
        "postgresql://ada:secret@host/name?sslmod=require",
        "postgres://ada:secret@host/name",
    ],
)
def test_a_url_that_cannot_be_meant_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        places.located(url)
    assert [wrong.field for wrong in refused.value.errors] == ["database.url"]
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("scheme", ["postgresql", "postgresql+asyncpg"])
def test_no_text_of_a_server_shows_its_password(scheme: str) -> None:
    server = server_at(f"{scheme}://ada:s%40cret@host:5433/name?sslmode=require")
    assert server.arguments()["ssl"] == "require"
    assert server.arguments()["password"] == "s@cret"
    assert server.name == "postgresql://ada@host:5433/name"
    assert "cret" not in repr(server) + str(server.url)


async def test_over_tcp_with_a_password_that_needs_encoding(postgres: Postgres) -> None:
    assert "/" in PASSWORD
    assert await migrate(server_at(postgres.cluster.url(postgres.template(), tcp=True))) == head()


async def test_a_new_database_gets_exactly_the_tables_the_code_knows(
    empty_postgres_url: str, opens: Opens
) -> None:
    server = server_at(empty_postgres_url)
    assert await current(server) is None
    assert await migrate(server) == head() == await current(server)
    assert await check(server)

    def difference(connection: Connection) -> list[Any]:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))

    async with opens() as database:
        assert await database.read(difference) == []


@pytest.fixture
def newer(tmp_path: Path) -> Path:
    """The scripts of a later version."""
    scripts = tmp_path / "100% later"
    shutil.copytree(SCRIPTS, scripts)
    (scripts / "versions" / "r0099_later.py").write_text(LATER)
    return scripts


async def test_a_migration_that_raises_leaves_nothing_behind(
    postgres_url: str, newer: Path, opens: Opens
) -> None:
    server = server_at(postgres_url)
    (newer / "versions" / "r0099_later.py").write_text(f"{LATER}    op.execute('SELECT nonsense')\n")
    with pytest.raises(Unavailable) as refused:
        await migrate(server, newer)
    assert "SELECT" not in str(refused.value)
    assert await current(server) == head()
    async with opens() as database:
        columns = text("SELECT column_name FROM information_schema.columns WHERE table_name = 'notes'")
        assert "colour" not in await database.read(lambda c: c.execute(columns).scalars().all())


async def test_a_database_of_a_newer_version_is_refused(postgres_url: str, newer: Path) -> None:
    server = server_at(postgres_url)
    assert await migrate(server, newer) == "0099"
    for ask in (migrate, current, check):
        with pytest.raises(InvalidInput, match="newer Soledoor"):
            await ask(server)


def test_two_processes_that_migrate_at_once_both_succeed(empty_postgres_url: str) -> None:
    script = (
        "import sys, anyio; from adapters.storage.migrate import migrate; "
        "from adapters.storage.places import located; sys.stdin.read(); "
        "print(anyio.run(migrate, located(sys.argv[1])))"
    )
    command, pipe = [sys.executable, "-c", script, empty_postgres_url], subprocess.PIPE
    processes = [subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=pipe) for _ in range(2)]
    for process in processes:
        assert process.stdin is not None
        process.stdin.close()
        process.stdin = None
    assert [process.communicate() for process in processes] == [(f"{head()}\n".encode(), b"")] * 2


async def test_somebody_elses_migration_is_waited_for_but_not_for_ever(
    postgres_url: str, newer: Path, opens: Opens
) -> None:
    hold = Hold()

    def migrating(connection: Connection) -> None:
        lock(connection, "migration")
        hold.here(connection)

    server: PostgresServer = replace(server_at(postgres_url), migration_wait=0.05)
    async with opens() as database, anyio.create_task_group() as tasks:
        tasks.start_soon(database.write, migrating)
        await hold.begun.wait()
        assert await migrate(server) == head()  # nothing to be done needs no lock
        with pytest.raises(Unavailable, match="locked"):
            await migrate(server, newer)
        hold.let_go()
    assert await migrate(server, newer) == "0099"
