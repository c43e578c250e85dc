"""Places that cannot hold data are refused first, with the field and the cure."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest

from adapters.storage.directory import usable
from adapters.storage.places import located
from adapters.storage.secrets_file import load_or_create
from adapters.storage.sqlite import SqliteFile
from adapters.storage.sqlite_database import SqliteDatabase
from services.errors import InvalidInput, WiringError
from tests.apart import apart
from tests.build import build


@pytest.fixture
def elsewhere() -> Iterator[Path]:
    """A directory that any account may enter."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


@contextmanager
def an_ordinary_account() -> Iterator[None]:
    """For root no directory is read-only: act as somebody else meanwhile."""
    account = os.geteuid()
    if account == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(account)


def field_and_cure(error: InvalidInput) -> tuple[str, str]:
    [wrong] = error.errors
    return wrong.field, wrong.message


def test_a_directory_is_made_for_its_owner_only_and_left_empty(tmp_path: Path) -> None:
    data = tmp_path / "data"
    assert usable(usable(data)) == data
    assert data.stat().st_mode & 0o777 == 0o700
    assert list(data.iterdir()) == []


def test_a_missing_parent_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as refused:
        usable(tmp_path / "missing" / "data")
    field, cure = field_and_cure(refused.value)
    assert field == "data"
    assert "make the parent directory" in cure


def test_a_file_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    with pytest.raises(InvalidInput) as refused:
        usable(tmp_path / "data")
    assert "is a file" in field_and_cure(refused.value)[1]


def test_a_read_only_directory_is_named(elsewhere: Path) -> None:
    (elsewhere / "data").mkdir(mode=0o555)
    with an_ordinary_account(), pytest.raises(InvalidInput) as refused:
        usable(elsewhere / "data")
    assert "cannot be written to" in field_and_cure(refused.value)[1]


def test_a_directory_that_may_not_be_made_is_named(elsewhere: Path) -> None:
    elsewhere.chmod(0o555)
    with an_ordinary_account(), pytest.raises(InvalidInput) as refused:
        usable(elsewhere / "data")
    assert "cannot be made" in field_and_cure(refused.value)[1]


def test_a_database_refuses_such_places_before_anything_is_made(tmp_path: Path) -> None:
    async def enter(where: Path) -> None:
        async with build(SqliteDatabase, where):
            pass

    (tmp_path / "taken.db").mkdir()
    for where in (tmp_path / "taken.db", tmp_path / "missing" / "data" / "soledoor.db"):
        with pytest.raises(InvalidInput) as refused:
            apart(anyio.run, enter, where)
        assert field_and_cure(refused.value)[0] == "data"
    assert [path.name for path in tmp_path.iterdir()] == ["taken.db"]


def test_a_database_is_built_where_no_loop_runs_and_opened_where_one_does(tmp_path: Path) -> None:
    database = build(SqliteDatabase, tmp_path / "soledoor.db")

    async def use() -> int:
        async with database:
            return await database.write(lambda c: c.exec_driver_sql("SELECT 1").scalar_one())

    assert list(tmp_path.iterdir()) == []
    assert apart(anyio.run, use) == 1


@pytest.mark.parametrize("url", ["sqlite:////srv/a.db", "sqlite+pysqlite:////srv/a.db"])
def test_a_url_names_a_file(url: str) -> None:
    assert located(url) == SqliteFile(Path("/srv/a.db"))


@pytest.mark.parametrize(
    "url", ["", "data.db", "sqlite://", "sqlite:///:memory:", "mysql://x/y", "sqlite:///a?b=c"]
)
def test_another_url_is_refused_with_the_cure(url: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        located(url)
    assert field_and_cure(refused.value)[0] == "database.url"


def test_only_the_container_builds_a_database() -> None:
    cls: Any = SqliteDatabase
    with pytest.raises(WiringError):
        cls("sqlite:///a.db")


def test_a_secret_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    secret = load_or_create(tmp_path, "secret")
    assert len(set(secret)) > 8
    assert load_or_create(tmp_path, "secret") == secret != load_or_create(tmp_path, "other")
    assert [path.stat().st_mode & 0o777 for path in tmp_path.iterdir()] == [0o600, 0o600]


def test_a_secret_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    load_or_create(tmp_path, "secret")
    (tmp_path / "secret").chmod(0o644)
    load_or_create(tmp_path, "secret")
    assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o600


def test_of_two_who_make_a_secret_at_once_the_first_wins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = load_or_create(tmp_path, "secret")
    answers = iter([False, True])
    monkeypatch.setattr(Path, "exists", lambda _path: next(answers))  # looked before the other had made it
    assert load_or_create(tmp_path, "secret") == first
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]


def test_a_damaged_secret_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"short")
    with pytest.raises(InvalidInput) as refused:
        load_or_create(tmp_path, "secret")
    assert field_and_cure(refused.value)[0] == "data"
