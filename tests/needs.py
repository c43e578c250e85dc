"""What tests need of the machine: a group whose program is missing is skipped, with the reason counted.

Where ``CI`` is true nobody reads a list of skips, so there the same is a failure.
"""

import os
import shutil

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip or fail a test that is marked ``needs("program")`` where that program is missing."""
    for mark in item.iter_markers("needs"):
        if shutil.which(mark.args[0]) is None:
            reason = f"needs {mark.args[0]}, which is not installed"
            if os.environ.get("CI", "").lower() == "true":
                pytest.fail(f"{reason}; in CI that is a failure", pytrace=False)
            pytest.skip(reason)
