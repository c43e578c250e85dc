"""Runs the tests under coverage in one run, prints the report, and fails under 95 % of branches.

Worker processes and the servers that tests start count too. Coverage's own ``fail_under`` takes lines and
branches together, so the branches are counted here.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

LEAST = 95.0
ROOT = Path(__file__).resolve().parent.parent
NOTE = """\
Python 3.11 loses the trace of a frame that a coroutine is cancelled under (python/cpython#106749): what is
listed may have been run. The figure is a lower bound."""


def main(words: list[str]) -> int:
    """Give pytest these words; return 0 when the tests pass and take enough of the branches."""
    coverage("erase")
    passed = coverage("run", "-m", "pytest", *words)
    coverage("combine", "--quiet")
    coverage("report")
    if sys.version_info < (3, 12):
        print(NOTE)
    taken, known = branches()
    share = 100 * taken / known if known else 100.0
    print(f"Branches: {taken} of {known}, {share:.2f} %; at least {LEAST:g} % are wanted.")
    return 0 if passed and share >= LEAST else 1


def branches() -> tuple[int, int]:
    """How many branches the tests take, and how many there are."""
    command = [sys.executable, "-m", "coverage", "json", "--quiet", "-o", "-"]
    told = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True)
    totals = json.loads(told.stdout)["totals"]
    return totals["covered_branches"], totals["num_branches"]


def coverage(*words: str) -> bool:
    """Run coverage from the root of the checkout; its own words go to the terminal."""
    return subprocess.run([sys.executable, "-m", "coverage", *words], cwd=ROOT, check=False).returncode == 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
