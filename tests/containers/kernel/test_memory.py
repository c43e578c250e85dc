"""Scopes leave nothing behind: traced memory does not grow from scope 10,000 to scope 100,000."""

import subprocess
from pathlib import Path

import pytest

from tests.forking import launcher

ROOT = Path(__file__).parents[3]
ALLOWED = 64 * 1024
BACKENDS = pytest.mark.parametrize("backend", ["asyncio", "trio"])


def measured(name: str, backend: str) -> float:
    """Return the bytes, as a process of its own measures them: servers of other tests allocate here."""
    command = [str(launcher("python")), "-P", "-m", "tests.containers.kernel.measured_apart", name, backend]
    return float(subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout)


@pytest.mark.parametrize("backend", ["asyncio"])
def test_ninety_thousand_scopes_leave_less_than_64_kib(backend: str) -> None:
    assert measured("left_behind", backend) < ALLOWED


@BACKENDS
def test_a_closed_scope_needs_no_garbage_collector(backend: str) -> None:
    assert measured("left_without_collecting", backend) < ALLOWED


@BACKENDS
def test_a_live_scope_of_seven_objects_takes_at_most_4_kib(backend: str) -> None:
    taken = measured("of_a_live_scope", backend)
    assert 7 * 48 < taken <= 4096, "less than seven empty objects means that something else was measured"
