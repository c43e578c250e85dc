"""`soledoor tools`: looking at tools and calling them by hand."""

import json
from pathlib import Path

import pytest

from tests.adapters.cli.conftest import Cli

MODULE = '''
import anyio
from services.tools import ToolFailed, tool


def join(words: list[str], times: int = 1, mark: str = ",") -> str:
    """Join words. Then repeat them.

    Args:
        words: what to join
    """
    return mark.join(words * times)


def refuse() -> str:
    """Refuse always."""
    raise ToolFailed("not today \\x1b[31m")


async def hang() -> str:
    """Never answer."""
    await anyio.sleep_forever()


@tool(admin=True)
def secret_plan() -> str:
    """Admins only."""
    return "plan"
'''


@pytest.fixture(autouse=True)
def _module(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = f"tools_{abs(hash(str(here)))}"
    (here / f"{name}.py").write_text(MODULE)
    monkeypatch.setenv("SOLEDOOR_TOOLS__MODULES", name)


def test_the_list_shows_each_tool_with_its_first_sentence(cli: Cli) -> None:
    lines = cli("tools", "list").stdout.splitlines()
    assert any(line.split(maxsplit=1) == ["join", "Join words"] for line in lines)
    assert any(line.startswith("secret_plan") and line.endswith("(admin)") for line in lines)
    assert lines == sorted(lines)


def test_the_list_as_json_is_what_the_http_interface_says(cli: Cli) -> None:
    tools = json.loads(cli("tools", "list", "--json").stdout)
    join = next(tool for tool in tools if tool["name"] == "join")
    assert set(join) == {"name", "description", "parameters", "requires_approval", "admin"}
    assert join["parameters"]["required"] == ["words"]


def test_a_tool_is_shown_with_what_it_takes(cli: Cli) -> None:
    shown = cli("tools", "show", "join").stdout
    assert "words (array, required)  what to join" in shown
    assert 'mark (string, default ",")' in shown
    assert json.loads(cli("tools", "show", "join", "--json").stdout)["name"] == "join"


def test_an_unknown_tool_is_told_with_the_nearest_one(cli: Cli) -> None:
    result = cli("tools", "show", "jion")
    assert result.exit_code == 2
    assert "did you mean join?" in result.stderr
    assert "see `tools list`" in cli("tools", "call", "xyzzyxyzzy").stderr


def test_values_are_read_as_the_tool_wants_them(cli: Cli) -> None:
    result = cli("tools", "call", "join", 'words=["a","b"]', "times=2", "mark=1")
    assert (result.exit_code, result.stdout) == (0, "a1b1a1b\n")


def test_arguments_may_come_as_one_json_object_and_a_pair_wins(cli: Cli) -> None:
    given = json.dumps({"words": ["x"], "times": 2})
    assert cli("tools", "call", "join", "--input", given, "times=3").stdout == "x,x,x\n"
    assert cli("tools", "call", "join", "--input", "-", stdin=given).stdout == "x,x\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["words"], "is no argument: write KEY=VALUE, such as words=value"),
        (["=x"], "is no argument"),
        (["--input", "{"], "--input is not valid JSON"),
        (["--input", "[]"], "--input must be a JSON object"),
        (["words=plain"], "words: "),
        (["--input", "{}"], "words: "),
        (["words=[]", "tmies=2"], "tmies: "),
    ],
)
def test_wrong_arguments_name_the_field(arguments: list[str], words: str, cli: Cli) -> None:
    result = cli("tools", "call", "join", *arguments)
    assert result.exit_code == 2
    assert words in result.stderr
    assert result.stdout == ""


def test_a_tool_that_refuses_is_told_in_its_own_words_made_inert(cli: Cli) -> None:
    result = cli("tools", "call", "refuse")
    assert result.exit_code == 1
    assert "not today" in result.stderr
    assert "\x1b" not in result.stderr


def test_the_whole_result_comes_as_json(cli: Cli) -> None:
    result = cli("tools", "call", "refuse", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["error"]["code"] == "tool_failed"


def test_a_call_that_takes_too_long_is_given_up(cli: Cli) -> None:
    result = cli("tools", "call", "hang", "--timeout", "0.05")
    assert result.exit_code == 1
    assert "no result within 0.05 s" in result.stderr


def test_the_local_user_may_call_what_admins_may(cli: Cli) -> None:
    assert cli("tools", "call", "secret_plan").stdout == "plan\n"
