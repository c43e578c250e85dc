"""The forms of a report: each is what its readers expect, and nothing of the audited code can break it."""

import io
import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from rich.console import Console

from adapters.audit.github import as_annotations
from adapters.audit.mermaid import as_mermaid
from adapters.audit.sarif import as_sarif
from adapters.audit.svg import paths_svg
from adapters.audit.table import show
from services.audit.audit import RULES, audit
from services.audit.configuration import Configuration
from services.audit.discovery import discovered
from services.audit.explaining import EXPLAINED
from services.audit.facts.reading import read_source
from services.audit.findings import Finding, Report, Unparsed
from services.audit.picture import competing_paths
from services.audit.rules.case import Case
from services.audit.tree import Tree
from tests.audit.helpdesk import FILES

ODD = Finding(
    "creation-path", "a<b>", 'x "y"/é,:%.py', 3, "f", "production", "100 %\nand \x1b[31m<&>", "medium"
)
REPORT = Report((ODD,), 2, (Unparsed("bad\n.py", "line 1: no"),), 1, 2, 3)


@pytest.fixture(scope="module")
def case() -> Case:
    tree = Tree({path: read_source(text) for path, text in FILES.items()})
    return Case(tree, Configuration(roles=tuple(each.role for each in discovered(tree, Configuration()))))


def test_every_rule_is_explained() -> None:
    assert set(EXPLAINED) == set(RULES)


def test_sarif_names_rule_place_and_fingerprint() -> None:
    (run,) = as_sarif(REPORT, dict(EXPLAINED), "1.0")["runs"]
    (result,) = run["results"]
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"] == "creation-path"
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "x%20%22y%22/%C3%A9%2C%3A%25.py"
    assert place["region"] == {"startLine": 3}
    assert result["partialFingerprints"]["soledoorAudit/v1"] == ODD.fingerprint
    assert run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"] == "line 1: no"
    json.dumps(run)


def test_annotations_are_one_line_each_and_relative_to_here(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    warning, notice = as_annotations(REPORT, tmp_path / "tree")
    assert warning.startswith(
        '::warning file=tree/x "y"/é%2C%3A%25.py,line=3,title=creation-path::100 %25%0Aand'
    )
    assert notice.startswith("::notice file=tree/bad%0A.py")
    assert "\n" not in warning + notice


def test_the_table_shows_place_rule_and_counts_and_no_escape_sequence() -> None:
    console = Console(file=io.StringIO(), width=200, markup=False, highlight=False)
    show(console, REPORT, roles=0)
    assert isinstance(console.file, io.StringIO)
    text = console.file.getvalue()
    for part in (
        "production",
        "creation-path",
        "2 files: 1 findings",
        "1 allowed by a comment",
        "--discover",
    ):
        assert part in text
    assert "\x1b" not in text
    assert "not read: bad" in text


def test_the_competing_paths_are_drawn(case: Case) -> None:
    drawn = competing_paths(case)
    chart = as_mermaid(drawn)
    assert chart.startswith("flowchart LR\n")
    assert 'UnifiedToolDispatcherFactory.create_for_request<br/>desk/unified.py"]:::right' in chart
    assert 'EscalationDispatcher<br/>desk/feature.py"]:::wrong' in chart
    picture = paths_svg(drawn)
    assert "the one way" in picture
    assert "competes with it" in picture
    root = ET.fromstring(picture)
    assert len(root.findall(".//{http://www.w3.org/2000/svg}g")) == sum(
        len(each.makers) + len(each.classes) for each in drawn
    )


def test_a_role_with_one_way_alone_is_not_drawn() -> None:
    tree = Tree({"a.py": read_source("class OneDispatcher:\n    def dispatch(self): return 1\n")})
    from services.audit.configuration import Role

    role = Role("dispatcher", ("*Dispatcher",), owner="a.OneDispatcher")
    assert competing_paths(Case(tree, Configuration(roles=(role,)))) == []
    assert audit(tree.files, Configuration(roles=(role,))).findings == ()
