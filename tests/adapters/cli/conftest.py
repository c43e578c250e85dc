"""The command line in this process, in an empty directory, without settings from outside."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from adapters.cli.app import build_cli
from containers import bootstrap
from tests.apart import apart

Cli = Callable[..., Result]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty directory."""
    for name in [name for name in os.environ if name.upper().startswith("SOLEDOOR_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


@pytest.fixture
def cli() -> Cli:
    """Run a command line and return its result."""
    app = build_cli(bootstrap)

    def run(*arguments: str | Path, stdin: str = "") -> Result:
        typed = [str(each) for each in arguments]
        result = apart(CliRunner().invoke, app, typed, input=stdin)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run
