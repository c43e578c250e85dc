"""What `make` does before anything is installed: the mirror pip is told to use is the one uv uses."""

import os
import runpy
import subprocess
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
LISTED = """\
:env:.index-url='https://strongest.example/simple'
global.cert='/etc/ssl/example.pem'
global.extra-index-url='file:///one file:///two'
global.find-links='/nowhere/at/all https://wheels.example'
global.index-url='https://weak.example/simple'
install.index-url='https://stronger.example/simple'
"""


@pytest.fixture
def prepare() -> dict[str, Any]:
    return runpy.run_path(str(ROOT / ".ci" / "prepare.py"))


@pytest.fixture(autouse=True)
def _no_uv_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith(("UV_", "SSL_", "ALL_PROXY"))]:
        monkeypatch.delenv(name)


def test_what_pip_is_told_is_read_with_the_environment_strongest(
    prepare: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    done = subprocess.CompletedProcess([], 0, stdout=LISTED)
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: done)
    found = prepare["pip_settings"]()
    assert found["index-url"] == "https://strongest.example/simple"
    assert found["extra-index-url"] == "file:///one file:///two"


def test_uv_is_told_the_same(prepare: dict[str, Any]) -> None:
    given = {
        "index-url": "https://mirror.example/simple",
        "extra-index-url": "file:///one file:///two",
        "find-links": "/nowhere/at/all https://wheels.example",
        "cert": "/etc/ssl/example.pem",
        "timeout": "180",
    }
    assert prepare["uv_settings"](given) == {
        "UV_DEFAULT_INDEX": "https://mirror.example/simple",
        "UV_INDEX": "file:///one file:///two",
        "UV_FIND_LINKS": "https://wheels.example",
        "SSL_CERT_FILE": "/etc/ssl/example.pem",
        "UV_INDEX_STRATEGY": "unsafe-best-match",
    }


@pytest.mark.parametrize("name", ["UV_DEFAULT_INDEX", "UV_INDEX_URL"])
def test_what_uv_was_told_itself_stays(
    name: str, prepare: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "https://own.example/simple")
    assert "UV_DEFAULT_INDEX" not in prepare["uv_settings"]({"index-url": "https://mirror.example/simple"})


def test_an_old_python_is_refused_in_words(
    prepare: dict[str, Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.version_info", (3, 10, 13))
    assert prepare["main"]() == 1
    assert "needs Python 3.11 or later" in capsys.readouterr().err


def test_the_lock_holds_a_hash_for_everything_and_no_address() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    packages = [block for block in lock.split("\n") if block and not block.startswith((" ", "#"))]
    assert "://" not in lock
    assert len(packages) > 50
    assert all("==" in package and package.endswith("\\") for package in packages)


def test_make_alone_lists_what_there_is() -> None:
    shown = subprocess.run(
        ["make", "-C", str(ROOT), "--no-print-directory"], capture_output=True, text=True, check=True
    )
    assert all(f"  {name}\t" in shown.stdout for name in ("run", "test", "check", "bench", "lock"))


def test_make_run_means_the_demo_and_hands_other_arguments_on() -> None:
    env = {name: value for name, value in os.environ.items() if name not in {"ARGS", "MAKEFLAGS", "MFLAGS"}}

    def recipe(*words: str) -> str:
        command = ["make", "-n", "-o", ".venv/.ready", "-C", str(ROOT), "--no-print-directory", "run", *words]
        return subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout.strip()

    assert recipe() == "exec .venv/bin/soledoor serve --demo"
    assert recipe("ARGS=--port 0") == "exec .venv/bin/soledoor serve --port 0"
