"""`audit`: from a folder to an exit code."""

import json
from pathlib import Path

import pytest

from tests.audit.helpdesk import FILES

CONFIG = """
[tool.soledoor.audit]
[[tool.soledoor.audit.roles]]
name = "dispatcher"
classes = ["*Dispatcher"]
owner = "desk.unified.UnifiedToolDispatcher"
"""


@pytest.fixture
def desk(here: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(here / "cache"))
    for path, text in FILES.items():
        place = here / "project" / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    return here / "project"


@pytest.fixture
def configured(desk: Path) -> Path:
    (desk / "pyproject.toml").write_text(CONFIG)
    return desk


def test_findings_end_with_1_and_name_file_and_line(cli, configured):
    result = cli("audit", configured, "--json")
    assert result.exit_code == 1
    report = json.loads(result.stdout)
    assert report["files"] == len(FILES)
    found = {(each["rule"], each["file"], each["line"]) for each in report["findings"]}
    assert ("competing-implementation", "desk/scoped.py", 2) in found


def test_a_clean_tree_ends_with_0(cli, desk):
    for path in (desk / "desk").glob("*.py"):
        path.write_text("x = 1\n")
    result = cli("audit", desk)
    assert result.exit_code == 0
    assert "8 files: 0 findings" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere"], "nowhere: there is no such file or folder"),
        (["cache-less"], "there is no Python file to audit"),
        (["project", "--config", "nowhere.toml"], "nowhere.toml: cannot be opened"),
        (["project", "--config", "bad.toml"], "bad.toml: is no TOML"),
        (["project", "--config", "odd.toml"], "write [tool.soledoor.audit] as a table"),
        (["project", "--format", "html"], "--format: 'html' is none of table, json"),
        (["project", "--map", "--format", "sarif"], "--map: is printed as table, json, svg"),
        (["project", "--group", "prod"], "--group: 'prod' is none of production"),
        (["project", "--rule", "all"], "there is no rule 'all'"),
        (["project", "--baseline", "nowhere.json"], "nowhere.json: cannot be opened"),
        (["project", "--baseline", "bad.toml"], "bad.toml: is no JSON"),
        (["project", "--baseline", "list.json"], "give the output of an earlier"),
    ],
)
def test_what_is_unusable_ends_with_2_and_one_line(cli, desk, here, arguments, said):
    (here / "cache-less").mkdir()
    (here / "bad.toml").write_text("[")
    (here / "odd.toml").write_text("tool = 1")
    (here / "list.json").write_text("[]")
    result = cli("audit", *arguments)
    assert result.exit_code == 2
    assert said in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_the_second_time_nothing_is_read(cli, configured, monkeypatch):
    first = cli("audit", configured, "--json")

    def fails(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr("adapters.audit.workers.read_all", fails)
    assert cli("audit", configured, "--json").stdout == first.stdout
    with pytest.raises(AssertionError):
        cli("audit", configured, "--no-cache")


def test_with_a_baseline_only_new_findings_fail(cli, configured, here):
    (here / "known.json").write_text(cli("audit", configured, "--json").stdout)
    assert cli("audit", configured, "--baseline", here / "known.json").exit_code == 0
    (configured / "desk" / "more.py").write_text(
        "class NewDispatcher:\n    def create_for_user(self): return 1\n    def has_tool(self): return 2\n"
    )
    result = cli("audit", configured, "--json", "--baseline", here / "known.json")
    assert [each["symbol"] for each in json.loads(result.stdout)["findings"]] == ["NewDispatcher"]
    assert result.exit_code == 1


def test_discovery_prints_a_configuration_and_with_json_audits_with_it(cli, desk, here):
    printed = cli("audit", desk, "--discover")
    assert printed.exit_code == 0
    told = json.loads(cli("audit", desk, "--discover", "--json").stdout)
    assert [each["name"] for each in told["roles"]] == ["dispatcher", "bridge"]
    (here / "found.toml").write_text(printed.stdout)
    again = json.loads(cli("audit", desk, "--json", "--config", here / "found.toml").stdout)
    assert again["findings"] == told["findings"]


@pytest.mark.parametrize(
    ("options", "part"),
    [
        (["--format", "sarif"], '"version": "2.1.0"'),
        (["--format", "github"], "::warning file=project/desk/scoped.py,line=2"),
        (["--format", "mermaid"], "flowchart LR"),
        (["--format", "svg"], "<svg"),
        (["--map"], "who uses what"),
        (["--map", "--json"], '"compatibility"'),
        (["--map", "--format", "svg"], "<svg"),
        (["--group", "production", "--rule", "creation-path"], "creation-path"),
    ],
)
def test_each_form_is_printed(cli, configured, options, part):
    assert part in cli("audit", configured, *options).stdout
