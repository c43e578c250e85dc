"""Every rule has its page, and the way to allow a finding that the page shows does allow it."""

import tomllib

import pytest

from services.audit.audit import RULES, audit
from services.audit.configuration import configuration
from services.audit.explaining import EXPLAINED
from services.audit.facts.reading import read_source
from services.audit.rules import silences
from tests.docs.blocks import ROOT, blocks

PAGES = ROOT / "docs" / "audit"


def test_every_rule_has_a_page_that_the_index_links() -> None:
    index = (PAGES / "index.md").read_text(encoding="utf-8")
    assert {page.stem for page in PAGES.glob("*.md")} == {"index", *RULES}
    assert all(f"| [{rule}]({rule}.md) | {text} |" in index for rule, text in EXPLAINED.items())


OF_SEVERAL_FILES = {"import-cycle", "duplicate-class"}
"""Their pages show the comment alone: what it allows takes a second file."""


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule not in {silences.RULE, *OF_SEVERAL_FILES}])
def test_the_comment_that_the_page_shows_allows_the_finding(rule: str) -> None:
    named: dict[str, str] = {}
    for each in blocks((PAGES / f"{rule}.md").read_text(encoding="utf-8")):
        if each.title is not None:
            named.setdefault(each.title, each.code)
    table = tomllib.loads(named.pop("pyproject.toml"))["tool"]["soledoor"]["audit"]
    told = configuration({**table, "rules": [rule]})
    with_comment = audit({path: read_source(code) for path, code in named.items()}, told)
    assert "allowed.py" not in {each.file for each in with_comment.findings}
    bare = {path: read_source(code.replace("# soledoor", "# so")) for path, code in named.items()}
    assert "allowed.py" in {each.file for each in audit(bare, told).findings}
