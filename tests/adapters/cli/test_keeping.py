"""What an operator does beside the running server."""

import json
import shutil
import sqlite3
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.adapters.cli.conftest import Cli
from tests.engines.postgres import Postgres

PASSWORD = "correct horse battery"


def test_an_account_is_made_and_listed(cli: Cli) -> None:
    made = cli("user", "create", "ada", "--password-stdin", "--role", "admin", stdin=f"{PASSWORD}\n")
    assert (made.exit_code, made.stdout) == (0, "Made ada (admin, user).\n")
    cli("user", "create", "bob", "--password-stdin", stdin=PASSWORD)
    assert cli("user", "list").stdout.splitlines() == ["ada  admin, user", "bob  user"]
    listed = json.loads(cli("user", "list", "--json").stdout)
    assert [(user["name"], user["roles"]) for user in listed] == [
        ("ada", ["admin", "user"]),
        ("bob", ["user"]),
    ]


def test_a_name_that_is_taken_is_refused(cli: Cli) -> None:
    cli("user", "create", "ada", "--password-stdin", stdin=PASSWORD)
    again = cli("user", "create", "Ada", "--password-stdin", "--json", stdin=PASSWORD)
    assert again.exit_code == 2
    assert again.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("name", "password", "field"), [("ada", "short", "password"), ("", PASSWORD, "username")]
)
def test_a_wrong_account_names_the_field(name: str, password: str, field: str, cli: Cli) -> None:
    result = cli("user", "create", name, "--password-stdin", stdin=password)
    assert result.exit_code == 2
    assert field in result.stderr
    assert password not in result.stderr
    assert cli("user", "list").stdout == ""


def test_without_a_terminal_the_password_must_come_from_standard_input(cli: Cli) -> None:
    result = cli("user", "create", "ada", stdin=PASSWORD)
    assert result.exit_code == 2
    assert "--password-stdin" in result.stderr


def test_an_unknown_role_is_refused(cli: Cli) -> None:
    assert cli("user", "create", "ada", "--role", "king").exit_code == 2


def test_the_graph_is_drawn_three_ways(cli: Cli) -> None:
    assert "dispatcher" in cli("graph").stdout
    assert cli("graph", "--format", "mermaid").stdout.lstrip().startswith(("graph", "flowchart"))
    ET.fromstring(cli("graph", "--format", "svg").stdout)
    assert cli("graph", "--format", "png").exit_code == 2


def test_migrating_makes_the_tables_and_may_be_done_again(cli: Cli, here: Path) -> None:
    first = cli("migrate")
    assert first.exit_code == 0
    assert "the newest" in first.stdout
    assert json.loads(cli("migrate", "--json").stdout)["revision"]
    with sqlite3.connect(here / "data" / "soledoor.db") as database:
        assert database.execute("SELECT count(*) FROM users").fetchone() == (0,)


def test_the_version_is_printed(cli: Cli) -> None:
    assert cli("version").stdout.startswith("soledoor 0.")
    assert set(json.loads(cli("version", "--json").stdout)) == {"soledoor", "python"}


def report(cli: Cli, *arguments: str) -> tuple[int, dict[str, dict[str, str]]]:
    result = cli("doctor", "--json", *arguments)
    return result.exit_code, {check["name"]: check for check in json.loads(result.stdout)["checks"]}


def test_the_doctor_finds_a_new_place_healthy_and_makes_nothing(cli: Cli, here: Path) -> None:
    code, checks = report(cli)
    assert code == 0
    assert checks["application"]["status"] == "ok"
    assert "scripted" in checks["application"]["detail"]
    assert checks["data"]["status"] == "warn"
    assert not (here / "data").exists()


def test_the_doctor_knows_the_database(cli: Cli) -> None:
    cli("migrate")
    _, checks = report(cli)
    assert checks["database"]["status"] == "ok"


def test_the_doctor_names_a_cure_for_a_database_that_is_none(cli: Cli, here: Path) -> None:
    (here / "data").mkdir()
    (here / "data" / "soledoor.db").write_bytes(b"x" * 8192)
    code, checks = report(cli)
    assert code == 1
    assert checks["database"]["status"] == "fail"
    assert "move it away" in checks["database"]["detail"]


def test_the_doctor_finds_an_empty_database_and_an_old_one(cli: Cli, here: Path) -> None:
    (here / "data").mkdir()
    (here / "data" / "soledoor.db").touch()
    assert report(cli)[1]["database"]["status"] == "warn"


def test_the_doctor_names_a_broken_tool_module(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOLEDOOR_TOOLS__MODULES", "no_such_module")
    code, checks = report(cli)
    assert code == 1
    assert "no_such_module" in checks["application"]["detail"]


def test_the_doctor_names_wrong_settings(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOLEDOOR_SERVER__PORT", "lots")
    code, checks = report(cli)
    assert code == 1
    assert "server.port" in checks["settings"]["detail"]


def test_the_doctor_names_an_unusable_data_directory(cli: Cli, here: Path) -> None:
    (here / "data").write_text("")
    code, checks = report(cli)
    assert code == 1
    assert "is a file" in checks["data"]["detail"]


def test_the_doctor_says_where_settings_come_from_and_shows_no_secret(
    cli: Cli, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "my.toml").write_text("[server]\nport = 4321\n")
    monkeypatch.setenv("SOLEDOOR_AUTH__SECRET", "correct horse battery staple 4711 and more")
    shown = cli("doctor", "--config", "my.toml").stdout
    assert "server.port = 4321  (my.toml)" in shown
    assert "auth.secret = ********  (SOLEDOOR_AUTH__SECRET)" in shown
    assert "horse" not in shown + cli("doctor", "--json").stdout


def test_the_doctor_notices_a_port_in_use_and_a_low_file_limit(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    import resource
    import socket

    monkeypatch.setattr(resource, "getrlimit", lambda _: (64, 64))
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setenv("SOLEDOOR_SERVER__PORT", str(taken.getsockname()[1]))
        code, checks = report(cli)
    assert code == 0
    assert [checks[name]["status"] for name in ("port", "open files", "chromium")] == ["warn"] * 3
    assert all(checks[name]["cure"] for name in ("port", "open files", "chromium"))


@pytest.mark.needs("postgres")
def test_migrate_and_doctor_know_a_server_and_show_no_password(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, postgres: Postgres
) -> None:
    name = postgres.fresh()
    monkeypatch.setenv("SOLEDOOR_DATABASE__URL", postgres.cluster.url(name, tcp=True))
    first = cli("migrate")
    assert first.exit_code == 0
    assert first.stdout.startswith(f"postgresql://soledoor@127.0.0.1:{postgres.cluster.port}/{name} is at")
    shown = cli("doctor").stdout + cli("doctor", "--json").stdout
    assert "(newest)" in shown
    assert "database.url = postgresql://soledoor:********@127.0.0.1" in shown
    assert "word" not in shown.replace("password", "")
    postgres.drop(name)


@pytest.mark.needs("postgres")
def test_a_server_that_lets_nobody_in_is_one_line_for_every_command(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, postgres: Postgres
) -> None:
    wrong = postgres.cluster.url("postgres", tcp=True).replace("4711", "4712")
    monkeypatch.setenv("SOLEDOOR_DATABASE__URL", wrong)
    for command in (("migrate",), ("user", "list"), ("serve", "--port", "0")):
        result = cli(*command)
        assert result.exit_code == 2, result.stderr
        assert result.stderr.count("\n") == 1
        assert "database.url: the server does not let this account in" in result.stderr
        assert "4712" not in result.stderr
