"""What tests need of the machine: a group whose program is missing is skipped, with the reason counted.

Where ``CI`` is true nobody reads a list of skips, so there the same is a failure.
"""

import os
import shutil
from pathlib import Path

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip or fail a test that is marked ``needs("program")`` where that program is missing."""
    for mark in item.iter_markers("needs"):
        if not found(mark.args[0]):
            reason = f"needs {mark.args[0]}, which is not installed"
            if os.environ.get("CI", "").lower() == "true":
                pytest.fail(f"{reason}; in CI that is a failure", pytrace=False)
            pytest.skip(reason)


SPELLINGS = {"chromium": ("chromium-headless-shell", "chromium")}
"""What a program may be called, best first: Chromium without windows opens a page for a third of the time."""


def where(program: str) -> str | None:
    """Return the path of the program, ``None`` where it is missing."""
    return next(filter(None, map(shutil.which, SPELLINGS.get(program, (program,)))), None)


def found(program: str) -> bool:
    """Whether it is there; a server is, too, where ``SOLEDOOR_TEST_POSTGRES_URL`` or the like names one."""
    server = program.removesuffix("-server").upper()
    if f"SOLEDOOR_TEST_{server}_URL" in os.environ or where(program):
        return True
    # Debian keeps it off the path, since several versions may be there.
    return program == "postgres" and any(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
