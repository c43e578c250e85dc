"""Puts plants into a real package, each under a name of its own, and knows where each must be found."""

import os
import random
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from services.audit.audit import audit
from services.audit.configuration import configuration
from services.audit.facts.reading import read_source
from services.audit.facts.records import FileFacts
from services.audit.findings import Finding
from tests.audit.planting.host import DESK, ROLES, filled

SDISTS = "SOLEDOOR_TEST_SDISTS"
FORMS = Path(__file__).with_name("forms")
FOUND, LEFT_ALONE = "found", "left alone"
MARKS = ("# HERE", "§")
"""What stands in a line that must be found; the second is taken out, for lines that are a comment."""
WORDS = (
    "Swift", "Unified", "Better", "Scoped", "Legacy", "Turbo", "Modern", "Plain", "Async", "Global", "Other",
    "Admin", "Smart", "Core", "Request", "Shared", "Simple", "Fast", "Next", "Silent",
)  # fmt: skip
MODULES = 40
"""Modules of a package that plants are put beside and into: enough for their names and imports to be real."""


class Planted(NamedTuple):
    """A tree with plants in it: its files, and the lines that must be found."""

    files: Mapping[str, str]
    expected: frozenset[tuple[str, int]]


def forms(rule: str, kind: str) -> list[str]:
    """Return the forms of a rule: what must be found, or what only looks like it.

    ``{N}`` is a new name and ``{n}`` the same in small letters, ``{H}`` the package; ``--- path`` begins
    another file.
    """
    parts = (FORMS / f"{rule}.txt").read_text(encoding="utf-8").split("=== ")[1:]
    return [text for name, _, text in (part.partition("\n") for part in parts) if name == kind]


@cache
def host(package: str) -> Mapping[str, str]:
    """Return modules of an installed package as texts by path."""
    root = _home(package)
    paths = sorted(root.rglob("*.py"), key=lambda path: (len(path.parts), path))[:MODULES]
    return {path.relative_to(root.parent).as_posix(): path.read_text(encoding="utf-8") for path in paths}


def _home(package: str) -> Path:
    """Return the folder of the package, or of its unpacked source distribution where some are named."""
    if SDISTS in os.environ:
        unpacked = Path(os.environ[SDISTS])
        found = [*unpacked.glob(f"{package}-*/{package}"), *unpacked.glob(f"{package}-*/src/{package}")]
        assert found, f"{SDISTS} holds no unpacked {package}"
        return found[0]
    spec = find_spec(package)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent


@cache
def host_facts(package: str) -> Mapping[str, FileFacts]:
    """Return the facts of the package with the clean application in it."""
    desk = {f"{package}/{path}": filled(text, package) for path, text in DESK.items()}
    return {path: read_source(text) for path, text in {**host(package), **desk}.items()}


def planted(package: str, forms: Sequence[str], count: int, seed: int, home: str) -> Planted:
    """Return so many plants in varied forms; every third one is written into a module of the package."""
    choice = random.Random(seed)
    modules = [path for path in host(package) if not path.endswith("__init__.py")]
    choice.shuffle(modules)
    files: dict[str, str] = {}
    for number in range(count):
        form = forms[number % len(forms)]
        name = f"{choice.choice(WORDS)}{choice.choice(WORDS)}{number}"
        first, *more = filled(form, package).replace("{N}", name).replace("{n}", name.lower()).split("--- ")
        path = f"{package}/{home}".replace("{n}", name.lower())
        if number % 3 == 0 and home.startswith("planted") and modules:
            path = modules.pop()
            first = f"{host(package)[path]}\n\n{first}"
        files[path] = first
        for part in more:
            other, _, text = part.partition("\n")
            files[f"{package}/{other}"] = text
    return Planted(*_marked(files))


def _marked(files: Mapping[str, str]) -> tuple[dict[str, str], frozenset[tuple[str, int]]]:
    lines = {
        (path, number)
        for path, text in files.items()
        for number, line in enumerate(text.splitlines(), 1)
        if any(mark in line for mark in MARKS)
    }
    return {path: text.replace("§", "") for path, text in files.items()}, frozenset(lines)


def judged(package: str, rule: str, files: Mapping[str, str]) -> frozenset[tuple[str, int]]:
    """Return where a rule finds something that it does not find without the plants."""
    facts = {**host_facts(package), **{path: read_source(text) for path, text in files.items()}}
    before = {_place(each) for each in found(package, rule, host_facts(package))}
    return frozenset(_place(each) for each in found(package, rule, facts)) - before


def found(package: str, rule: str, facts: Mapping[str, FileFacts]) -> tuple[Finding, ...]:
    """Return what one rule finds in a package."""
    told = configuration({"roles": filled(ROLES, package), "rules": [rule]})
    return audit(facts, told).findings


def _place(finding: Finding) -> tuple[str, int]:
    return finding.file, finding.line
