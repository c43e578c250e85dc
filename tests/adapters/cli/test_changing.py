"""What an operator changes: accounts and switches."""

import json

import pytest

from tests.adapters.cli.conftest import Cli

PASSWORD = "correct horse battery"
ENDED = "all sessions of the account have ended."


@pytest.fixture
def ada(cli: Cli) -> str:
    cli("user", "create", "ada", "--password-stdin", stdin=PASSWORD)
    return "ada"


def test_an_account_is_disabled_and_enabled(cli: Cli, ada: str) -> None:
    disabled = cli("user", "disable", "ADA")
    assert (disabled.exit_code, disabled.stdout) == (0, f"ada is disabled; {ENDED}\n")
    assert cli("user", "list").stdout == "ada  user  disabled\n"
    assert cli("user", "enable", ada).stdout == "ada may log in again.\n"
    assert cli("user", "list").stdout == "ada  user\n"


def test_a_password_is_changed_and_a_bad_one_is_refused(cli: Cli, ada: str) -> None:
    changed = cli("user", "password", ada, "--password-stdin", stdin="seven purple lamps\n")
    assert changed.stdout == f"ada has a new password; {ENDED}\n"
    refused = cli("user", "password", ada, "--password-stdin", stdin="short")
    assert refused.exit_code == 2
    assert "password" in refused.stderr
    assert "short" not in refused.stderr


@pytest.mark.parametrize("command", ["disable", "enable", "password"])
def test_an_unknown_account_is_refused_in_one_line(cli: Cli, command: str) -> None:
    more = ["--password-stdin"] if command == "password" else []
    refused = cli("user", command, "nobody", *more, stdin=PASSWORD)
    assert refused.exit_code == 2
    assert refused.stderr == "soledoor: There is no account of this name.\n"


def test_switches_are_listed_set_and_shown_with_who_changed_them(cli: Cli) -> None:
    assert cli("switch", "list").stdout.splitlines() == [
        "legacy.forbid_percent  0  (from settings)",
        "legacy.mode  warn  (from settings)",
    ]
    first = cli("switch", "set", "legacy.mode", "forbid")
    assert first.stdout == "legacy.mode is forbid now; it was not set.\n"
    said = json.loads(cli("switch", "set", "legacy.mode", "allow", "--json").stdout)
    assert (said["old"], said["new"]) == ("forbid", "allow")
    shown = cli("switch", "show", "legacy.mode").stdout.splitlines()
    assert shown[:2] == ["legacy.mode  allow  (set; settings say warn)", "allowed: allow, warn, forbid"]
    changes = [line.split("UTC  ")[1].split(",")[0] for line in shown[2:]]
    assert changes == ["forbid to allow", "not set to forbid"]
    state = json.loads(cli("switch", "show", "legacy.mode", "--json").stdout)
    assert (state["value"], state["is_set"], len(state["changes"])) == ("allow", True, 2)
    assert state["changes"][0]["who"] == said["who"]
    names = [each["name"] for each in json.loads(cli("switch", "list", "--json").stdout)]
    assert names == ["legacy.forbid_percent", "legacy.mode"]


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("set", "legacy.mode", "maybe"), "allow, warn, forbid"),
        (("set", "legacy.forbid_percent", "200"), "0 to 100"),
        (("set", "unknown", "1"), "legacy.forbid_percent, legacy.mode"),
        (("show", "unknown"), "legacy.forbid_percent, legacy.mode"),
    ],
)
def test_an_unknown_switch_or_value_names_the_allowed_ones(
    cli: Cli, arguments: tuple[str, ...], named: str
) -> None:
    refused = cli("switch", *arguments)
    assert refused.exit_code == 2
    assert refused.stderr.count("\n") == 1
    assert named in refused.stderr
