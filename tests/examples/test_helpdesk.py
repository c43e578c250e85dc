"""The help desk is taken through the migration guide, command by command as the page says it.

Its tests pass after every phase, and there are fewer and fewer competing classes.
"""

import json
import os
import re
import shlex
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.docs.blocks import ROOT, Command, Shell, blocks, commands, matches
from tests.examples.counting import counts
from tests.forking import launcher

GUIDE = ROOT / "docs" / "migrate.md"
FINDINGS = ROOT / "examples" / "helpdesk" / "findings.txt"
COMMITTER = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "Ann"), ("EMAIL", "ann@example.org"))
}
AFTER = {
    "before": (5, 4, 3),
    "1. See": (5, 4, 3),
    "2. Freeze": (5, 4, 3),
    "3. Facade": (3, 3, 2),
    "4. Move": (1, 1, 1),
    "5. Forbid": (1, 1, 1),
    "6. Delete": (1, 1, 1),
}
"""Dispatchers, factories and bridges after each phase, with Soledoor's own from the third on."""


class Walk(Shell):
    """A shell that goes where ``cd`` says, and whose pytest is a fork."""

    patience = 240  # five test runs in one command, on a machine that does other work too

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        super().__init__(folder, 0, stack)
        programs = folder / "programs"
        programs.mkdir()
        (folder / "examples").symlink_to(ROOT / "examples")
        run = ROOT / "tests" / "examples" / "run_pytest.py"
        text = f'#!/bin/sh\nexec {launcher("script")} {run} "$@"\n'
        (programs / "pytest").write_text(text, encoding="utf-8")
        (programs / "pytest").chmod(0o755)
        self.env |= COMMITTER | {"PATH": f"{programs}:{self.env['PATH']}", "GIT_CONFIG_GLOBAL": os.devnull}

    def run(self, command: Command) -> str:
        if command.text.startswith("cd "):
            self.folder /= shlex.split(command.text)[1]
            return ""
        return self._finish(command.text)


def phases() -> Iterator[tuple[str, str]]:
    """Each phase of the guide with its text; what comes before the first is ``before``."""
    first, *others = re.split(r"^## ", GUIDE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    yield "before", first
    for text in others:
        title, _, body = text.partition("\n")
        yield title, body


def follow(walk: Walk, phase: str, text: str) -> None:
    for block in blocks(text):
        if block.language == "console":
            for command in commands(block.code):
                printed = walk.run(command)
                assert matches(command.output, printed), f"{phase}: $ {command.text}\nprints\n{printed}"
        elif block.language == "python":
            compile(block.code, f"{phase}:{block.line}", "exec")


@pytest.fixture
def walk(tmp_path: Path) -> Iterator[Walk]:
    with ExitStack() as stack:
        yield Walk(tmp_path, stack)


@pytest.mark.timeout(600)
def test_the_guide_takes_the_help_desk_to_one_of_each(walk: Walk) -> None:
    for phase, text in phases():
        follow(walk, phase, text)
        if phase in AFTER:
            assert tuple(counts(walk.folder).values()) == AFTER[phase], phase
            if "...11 passed" not in text:
                assert "11 passed" in walk.run(Command("pytest -q", "")), phase
    left = subprocess.run(["git", "status", "--short"], cwd=walk.folder, stdout=subprocess.PIPE, check=True)
    assert left.stdout == b""


def test_the_auditor_finds_everything_that_competes_and_nothing_else(walk: Walk) -> None:
    walk.run(Command("cp -r examples/helpdesk/before helpdesk", ""))
    printed = json.loads(walk.run(Command("soledoor audit helpdesk --json", "")))
    found = [
        f"{each['file']}:{each['line']} {each['rule']} {each['role']} {each['symbol']}"
        for each in printed["findings"]
    ]
    assert sorted(found) == FINDINGS.read_text(encoding="utf-8").splitlines()


def test_every_phase_has_its_commands_its_check_and_its_way_back() -> None:
    found = dict(phases())
    assert [title for title in found if title in AFTER] == list(AFTER)
    for title in AFTER.keys() - {"before"}:
        assert "```console" in found[title], title
        assert "**Check.**" in found[title], title
        assert "**Way back.**" in found[title], title
