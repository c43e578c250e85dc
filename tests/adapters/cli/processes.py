"""The command line as a real process."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.forking import launcher

READY = "Soledoor is ready at "
SCRIPT = Path(sys.executable).parent / "soledoor"
"""What is installed."""


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return ours without settings, and with ``extra``."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SOLEDOOR_")}
    return {**kept, "COLUMNS": "200", **(extra or {})}


def run(
    *arguments: str | Path,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    stdin: str = "",
    seconds: float = 40,
    program: Path | None = None,
) -> "subprocess.CompletedProcess[str]":
    """Run the command line to its end: in a fork that has all loaded, or ``program``."""
    return subprocess.run(
        [str(program or launcher()), *map(str, arguments)],
        cwd=cwd,
        env=environment(env),
        input=stdin,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )


@dataclass
class Serving:
    """A server that is ready; ``lines`` is what it printed."""

    process: "subprocess.Popen[str]"
    url: str
    lines: list[str]
    errors: Path


@contextmanager
def serving(
    *arguments: str | Path, cwd: Path, env: Mapping[str, str] | None = None, lines: int = 2
) -> Iterator[Serving]:
    """Serve on a free port until the block ends; waits for so many lines on standard output."""
    errors = cwd / "errors.log"
    with errors.open("w") as log:
        process = subprocess.Popen(
            [str(launcher()), "serve", "--port", "0", *map(str, arguments)],
            cwd=cwd,
            env=environment(env),
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    try:
        assert process.stdout is not None
        printed = [line.rstrip("\n") for line in _first(process.stdout, lines)]
        assert printed, errors.read_text()
        yield Serving(process, printed[0].removeprefix(READY), printed, errors)
    finally:
        process.terminate()
        process.communicate(timeout=20)


def _first(stream: Iterator[str], lines: int) -> Sequence[str]:
    return [line for _, line in zip(range(lines), stream, strict=False)]
