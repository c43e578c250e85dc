"""Migrations: once, under a lock, whole or not at all."""

import logging
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from adapters.storage.migrate import check, current, migrate
from adapters.storage.revisions import SCRIPTS, head
from adapters.storage.sqlite import SqliteFile
from adapters.storage.tables import metadata
from services.errors import Conflict, InvalidInput

ROOT = Path(__file__).parents[3]
LATER = f"""
import sqlalchemy as sa
from alembic import op

revision = "0099"
down_revision = "{head()}"

def upgrade():
    op.add_column("notes", sa.Column("colour", sa.Text()))
    with op.batch_alter_table("threads") as threads:
        threads.add_column(sa.Column("pinned", sa.Boolean()))
"""
NOTE = (
    "INSERT INTO notes (user_id, note_id, text, folded, created_at) VALUES ('ann', 'n1', 'kept', 'kept', 0)"
)
ORPHAN = (
    "INSERT INTO messages (user_id, message_id, thread_id, role, content, created_at)"
    " VALUES ('ann', 'm1', 'gone', 'user', '', 0)"
)


@pytest.fixture
def file(tmp_path: Path) -> SqliteFile:
    return SqliteFile(tmp_path / "100% data" / "soledoor.db")


@pytest.fixture
def newer(tmp_path: Path) -> Path:
    """The scripts of a later version."""
    scripts = tmp_path / "100% later"
    shutil.copytree(SCRIPTS, scripts)
    (scripts / "versions" / "r0099_later.py").write_text(LATER)
    return scripts


def rows(path: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection, connection:
        return connection.execute(query).fetchall()


async def test_a_new_file_gets_exactly_the_tables_the_code_knows(file: SqliteFile) -> None:
    assert await current(file) is None
    assert await migrate(file) == head() == await current(file)
    assert await check(file)
    engine = file.reading(1)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()
    assert file.path.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in file.path.parent.iterdir()] == ["soledoor.db"]


def test_the_newest_revision_is_the_one_alembic_would_name() -> None:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    assert ScriptDirectory.from_config(config).get_current_head() == head()


async def test_migrating_again_changes_nothing(file: SqliteFile) -> None:
    await migrate(file)
    before = file.path.read_bytes()
    await migrate(file)
    assert file.path.read_bytes() == before


async def test_an_upgrade_keeps_the_rows_and_a_copy_of_the_file(file: SqliteFile, newer: Path) -> None:
    await migrate(file)
    rows(file.path, NOTE)
    assert not await check(file, newer)
    assert await migrate(file, newer) == "0099"
    assert rows(file.path, "SELECT text, colour FROM notes") == [("kept", None)]
    [copy] = file.path.parent.glob(f"*.before-upgrade-of-{head()}-*")
    assert copy.stat().st_mode & 0o777 == 0o600
    assert rows(copy, "SELECT text FROM notes") == [("kept",)]
    assert await current(SqliteFile(copy)) == head()


@pytest.mark.parametrize("fault", ["raise RuntimeError('halfway')", "op.execute('SELECT nonsense')"])
async def test_a_migration_that_raises_leaves_nothing_behind(
    file: SqliteFile, newer: Path, fault: str
) -> None:
    await migrate(file)
    rows(file.path, NOTE)
    (newer / "versions" / "r0099_later.py").write_text(f"{LATER}    {fault}\n")
    with pytest.raises(Exception) as refused:  # noqa: PT011 - whatever the migration raised
        await migrate(file, newer)
    assert "SELECT" not in str(refused.value)
    assert await current(file) == head()
    assert rows(file.path, "SELECT * FROM pragma_table_info('notes') WHERE name = 'colour'") == []
    assert [path.name for path in file.path.parent.iterdir()] == ["soledoor.db"]


async def test_an_upgrade_that_tears_rows_apart_is_taken_back(file: SqliteFile, newer: Path) -> None:
    await migrate(file)
    rows(file.path, ORPHAN)
    with pytest.raises(Conflict, match="taken back"):
        await migrate(file, newer)
    assert await current(file) == head()


async def test_a_file_of_a_newer_version_is_refused_untouched(file: SqliteFile, newer: Path) -> None:
    await migrate(file, newer)
    before = file.path.read_bytes()
    for ask in (migrate, current, check):
        with pytest.raises(
            InvalidInput, match=rf"newer Soledoor \(revision 0099, this one knows {head()}\)"
        ) as refused:
            await ask(file)
        assert [error.field for error in refused.value.errors] == ["database"]
    assert file.path.read_bytes() == before


def test_four_processes_that_migrate_at_once_all_succeed(file: SqliteFile) -> None:
    script = (
        "import sys, anyio; from pathlib import Path; from adapters.storage.migrate import migrate; "
        "from adapters.storage.sqlite import SqliteFile; sys.stdin.read(); "
        "print(anyio.run(migrate, SqliteFile(Path(sys.argv[1]), 30)))"
    )
    command = [sys.executable, "-c", script, str(file.path)]
    pipe = subprocess.PIPE
    processes = [subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=pipe) for _ in range(4)]
    for process in processes:
        assert process.stdin is not None
        process.stdin.close()
        process.stdin = None
    answers = [process.communicate() for process in processes]
    assert answers == [(f"{head()}\n".encode(), b"")] * 4
    assert rows(file.path, "SELECT count(*) FROM alembic_version") == [(1,)]


async def test_migrating_says_nothing(
    file: SqliteFile, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    await migrate(file)
    assert caplog.records == []
    assert capfd.readouterr() == ("", "")


async def test_a_file_that_is_no_database_is_refused_untouched(file: SqliteFile) -> None:
    file.ready()
    file.path.write_bytes(b"this is no database" * 100)
    for ask in (migrate, current):
        with pytest.raises(InvalidInput, match="is not a database: move it away") as refused:
            await ask(file)
        assert [error.field for error in refused.value.errors] == ["database"]
    assert file.path.read_bytes() == b"this is no database" * 100
