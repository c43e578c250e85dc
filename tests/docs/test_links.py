"""Every link from a page to a file of ours leads somewhere."""

import re
from pathlib import Path

import pytest

from tests.docs.blocks import ROOT

LINK = re.compile(r"\]\((?!https?:|mailto:)(?P<file>[^)#\s]*)(?:#(?P<heading>[^)\s]+))?\)")
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), *(ROOT / "examples").rglob("README.md")]


def broken(page: Path) -> list[str]:
    """Return the links whose file is missing, or whose heading no line of that file is."""
    found = []
    for link in LINK.finditer(page.read_text(encoding="utf-8")):
        target = page.parent / link["file"] if link["file"] else page
        if not target.exists() or (link["heading"] and link["heading"] not in headings(target)):
            found.append(link[0])
    return found


def headings(page: Path) -> set[str]:
    """Return the headings as links name them: small letters, dashes for blanks, and no other signs."""
    lines = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", line.lower()).replace(" ", "-") for line in lines}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_the_page_leads_somewhere(page: Path) -> None:
    assert broken(page) == []


def test_what_leads_nowhere_is_seen(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "# One `two.three`\n[a](#one-twothree) [b](page.md) [c](gone.md) [d](#gone)\n", encoding="utf-8"
    )
    assert broken(page) == ["](gone.md)", "](#gone)"]
