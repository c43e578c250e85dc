"""How the suite is run: when its coverage is enough, and that Ctrl-C is heard in the background too."""

import runpy
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
IGNORING = """\
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_IGN)
os.execv(sys.argv[1], sys.argv[1:])
"""
HEARS = "import signal, tests.conftest; print(signal.getsignal(signal.SIGINT) is signal.default_int_handler)"


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """The exit code for branches taken of a thousand, with tests that pass or fail."""
    main = runpy.run_path(str(ROOT / ".ci" / "branches.py"))["main"]

    def run(taken: int, *, passing: bool = True) -> int:
        monkeypatch.setitem(main.__globals__, "coverage", lambda *words: passing or words[0] != "run")
        monkeypatch.setitem(main.__globals__, "branches", lambda: (taken, 1000))
        code: int = main([])
        return code

    return run


def test_under_95_percent_of_branches_is_a_failure(
    measured: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert [measured(949), measured(950), measured(1000)] == [1, 0, 0]
    assert "Branches: 949 of 1000, 94.90 %" in capsys.readouterr().out


def test_branches_do_not_make_up_for_a_test_that_fails(measured: Callable[..., int]) -> None:
    assert measured(1000, passing=False) == 1


def test_a_suite_in_the_background_still_hears_ctrl_c() -> None:
    command = [sys.executable, "-c", IGNORING, sys.executable, "-c", HEARS]
    assert subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout == "True\n"
