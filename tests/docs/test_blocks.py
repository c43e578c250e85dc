"""Every code block of the README and the docs does what the page says."""

import json
import socket
import tomllib
from contextlib import ExitStack
from pathlib import Path

import pytest

from config.reading import read_settings
from tests.docs.blocks import ROOT, Block, Shell, blocks, commands, matches, unlabelled

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
FOLLOWED = {ROOT / "docs" / "migrate.md"}
"""Pages that tests/examples follows phase by phase."""
SHOWN_ONLY = {"text", "mermaid"}


def name(page: Path) -> str:
    return str(page.relative_to(ROOT))


def prove(block: Block, shell: Shell, place: str) -> None:
    if block.title is not None:
        (shell.folder / block.title).write_text(block.code, encoding="utf-8")
    match block.language:
        case "console":
            for command in commands(block.code):
                printed = shell.run(command)
                assert matches(command.output, printed), f"{place}: $ {command.text}\nprints\n{printed}"
        case "python" if block.title is None:
            shell.python(block.code)
        case "toml" if block.title == "pyproject.toml":
            tomllib.loads(block.code)
        case "toml":
            file = shell.folder / (block.title or "block.toml")
            file.write_text(block.code, encoding="utf-8")
            read_settings(file)
        case "json":
            json.loads(block.code)
        case _:
            assert block.title is not None or block.language in SHOWN_ONLY, (
                f"{place}: no proof of {block.language}"
            )


@pytest.mark.timeout(180)
@pytest.mark.parametrize("page", [page for page in PAGES if page not in FOLLOWED], ids=name)
def test_every_block_of_the_page_does_what_it_says(page: Path, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with ExitStack() as stack:
        shell = Shell(tmp_path, port, stack)
        for block in blocks(page.read_text(encoding="utf-8")):
            prove(block, shell, f"{name(page)}:{block.line}")


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_fence_names_its_language(page: Path) -> None:
    assert unlabelled(page.read_text(encoding="utf-8")) == []


def test_dots_stand_for_anything_and_nothing_else_does() -> None:
    assert matches("ready at ...\nend", "ready at http://x\nend\n")
    assert not matches("ready", "ready or not")
    assert not matches("a.c", "abc")
