"""Following old callers from the command line."""

import json
import sys
import warnings
from pathlib import Path

import anyio
import pytest

from adapters import legacy
from config.settings import Settings
from containers import bootstrap
from services.context import UserExecutionContext
from services.errors import LegacyForbidden
from tests.adapters.cli.conftest import Cli
from tests.apart import apart

NAME = "UnifiedToolDispatcherFactory.create_for_request"


async def use_twice_and_be_refused_once() -> None:
    context = UserExecutionContext("ann", "t", "r")
    async with bootstrap(Settings(data=Path("data"))) as application:
        legacy.install(application)
        with warnings.catch_warnings(action="ignore"):
            for mode in ("allow", "warn", "forbid"):
                await application.switches.change("legacy.mode", mode, "test")
                one_line(context)
        legacy.uninstall()


def one_line(context: UserExecutionContext) -> None:
    try:
        _ = legacy.UnifiedToolDispatcherFactory.create_for_request(context)
    except LegacyForbidden:
        return


def test_without_uses_the_report_says_so(cli: Cli) -> None:
    result = cli("legacy", "report", "--check")
    assert (result.exit_code, result.stdout) == (0, "No old name is used.\n")


def test_the_report_names_each_call_site_and_a_check_fails_while_there_is_one(cli: Cli) -> None:
    apart(anyio.run, use_twice_and_be_refused_once)
    line = one_line.__code__.co_firstlineno + 2
    result = cli("legacy", "report")
    first, summary = result.stdout.splitlines()
    assert first.startswith(f"3 x {NAME}  {__file__}:{line} in one_line  (last 20")
    assert first.endswith(" UTC, 1 refused)")
    assert (result.exit_code, summary) == (0, "1 call sites, 3 uses.")
    [use] = json.loads(cli("legacy", "report", "--json", "--days", "1").stdout)
    assert (use["old_name"], use["file"], use["line"], use["uses"], use["refused"]) == (
        NAME, __file__, line, 3, 1
    )  # fmt: skip
    assert use["first_at"] <= use["last_at"]
    assert cli("legacy", "report", "--check").exit_code == 1
    assert cli("legacy", "report", "--check", "--days", "0").exit_code == 0


def test_shims_are_written_with_the_packages_they_need(cli: Cli, here: Path) -> None:
    (here / "app").mkdir()
    written = cli(
        "legacy",
        "shims",
        "app",
        "old_a.deep.path:UnifiedToolDispatcher,Second=ToolDispatcher",
        "old_b:ToolResult",
    )
    files = ["old_a/__init__.py", "old_a/deep/__init__.py", "old_a/deep/path.py", "old_b.py"]
    assert written.stdout.splitlines() == [f"app/{file}" for file in files]
    sys.path.insert(0, str(here / "app"))
    try:
        from old_a.deep.path import Second, UnifiedToolDispatcher  # type: ignore[import-not-found]
    finally:
        sys.path.remove(str(here / "app"))
    assert (UnifiedToolDispatcher, Second) == (legacy.UnifiedToolDispatcher, legacy.ToolDispatcher)
    again = cli("legacy", "shims", "app", "old_b:ToolExecutionResult", "--json")
    assert json.loads(again.stdout) == ["app/old_b.py"]
    assert "import ToolExecutionResult\n" in (here / "app/old_b.py").read_text(encoding="utf-8")


def test_a_package_keeps_its_folder(cli: Cli, here: Path) -> None:
    (here / "pkg").mkdir()
    assert cli("legacy", "shims", ".", "pkg:ToolResult").stdout == "pkg/__init__.py\n"


def test_somebody_elses_file_is_replaced_only_when_asked(cli: Cli, here: Path) -> None:
    (here / "mine.py").write_text("x = 1\n", encoding="utf-8")
    refused = cli("legacy", "shims", ".", "other:ToolResult", "mine:ToolResult")
    assert refused.exit_code == 2
    assert "mine.py holds something else: move that first, or say --replace" in refused.stderr
    assert not (here / "other.py").exists()
    assert cli("legacy", "shims", ".", "mine:ToolResult", "--replace").stdout == "mine.py\n"


@pytest.mark.parametrize(
    ("tree", "module", "said"),
    [
        (".", "a:Unknown", "'Unknown' is no old name: there is AgentWebSocketBridge, EnhancedToolDispatcher"),
        (".", "../a:ToolResult", "'../a' is no module's path"),
        (".", "a:not-a-name=ToolResult", "'not-a-name' cannot be a name in Python"),
        (".", "a", "'a' names nothing: write MODULE:NAME,NAME"),
        (".", "a:,", "'a:,' names nothing"),
        ("missing", "a:ToolResult", "missing is no directory"),
    ],
)
def test_what_cannot_be_written_is_refused_in_one_line(
    cli: Cli, here: Path, tree: str, module: str, said: str
) -> None:
    refused = cli("legacy", "shims", tree, module)
    assert refused.exit_code == 2
    assert said in refused.stderr
    assert refused.stderr.count("\n") == 1
    assert list(here.iterdir()) == []
