"""The reference says what the code does: its tables are made from the code."""

import re
from pathlib import Path

import pytest

from tests.docs.blocks import ROOT
from tests.docs.reference import pages, renewed


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_the_tables_of_the_page_equal_the_code(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert text == renewed(text), "renew it with: python -m tests.docs.reference"


CODE = re.compile(
    r'\bcode="(\w+)"|\bcode = "(\w+)"|(?:HTTPRefusal\(\s*\d+|ToolError\(), ?"(\w+)"|ToolError\("(\w+)"'
)
NO_ANSWER = {"refused", "internal"}
"""The root's code, which nothing raises; and what only faults of the server carry."""


def test_every_code_that_can_be_answered_is_explained() -> None:
    explained = (ROOT / "docs" / "reference" / "errors.md").read_text(encoding="utf-8")
    sources = [path for layer in ("services", "adapters") for path in (ROOT / layer).rglob("*.py")]
    found = {code for path in sources for groups in CODE.findall(path.read_text()) for code in groups if code}
    assert {code for code in found - NO_ANSWER if f"`{code}`" not in explained} == set()
    assert len(found) > 20
