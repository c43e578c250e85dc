"""Makes `.venv` from `requirements.lock`: with uv where it can be had, else with venv and pip.

Standard library only, and readable by any Python 3.7 or later, so that an old one is refused in words. Every
package is checked against its hash, so it does not matter which mirror it comes from; the mirror that pip is
configured to use is used by uv too.
"""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

UV_VERSION = "0.13.8"
ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
UV = ROOT / ".tools" / "bin" / "uv"
STAMP = VENV / ".ready"
LOCK = "requirements.lock"
# The build backend is in the lock like everything else, so the project itself needs nothing that has no hash.
PROJECT = ["--no-deps", "--no-build-isolation", "--editable", "."]


def main() -> int:
    """Return 0 once `.venv` holds the locked packages and the project."""
    if sys.version_info < (3, 11):
        say(f"Soledoor needs Python 3.11 or later; {sys.executable} is {sys.version.split()[0]}.")
        say("Name another one: make PYTHON=python3.12 ...")
        return 1
    if STAMP.exists():
        STAMP.unlink()
    os.environ["PIP_ROOT_USER_ACTION"] = "ignore"  # nothing is installed outside of this checkout
    say("Preparing .venv (only when requirements.lock or pyproject.toml has changed) ...")
    if not (by_uv() or by_pip()):
        say("The packages could not be installed; the lines above say why. Is the package index reachable?")
        return 1
    STAMP.touch()
    return 0


def by_uv() -> bool:
    """Install with uv, fetching it into `.tools` first when it is missing."""
    if not have_uv():
        say("uv is not to be had here; going on with venv and pip.")
        return False
    env = {**os.environ, "UV_PYTHON_DOWNLOADS": "never", **uv_settings(pip_settings())}
    in_venv = ["--quiet", "--python", str(PYTHON)]
    return (
        run([UV, "venv", "--quiet", "--clear", "--python", sys.executable, VENV], env)
        and run([UV, "pip", "sync", *in_venv, "--require-hashes", LOCK], env)
        and run([UV, "pip", "install", *in_venv, *PROJECT], env)
    )


def have_uv() -> bool:
    """Whether `.tools/bin/uv` works, after trying to put it there."""
    if works([UV, "--version"]):
        return True
    wanted = ["--target", ROOT / ".tools", "--upgrade", f"uv=={UV_VERSION}"]
    pip = [sys.executable, "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
    return run([*pip, *wanted]) and works([UV, "--version"])


def by_pip() -> bool:
    """Install with what Python brings along."""
    shutil.rmtree(VENV, ignore_errors=True)
    pip = [PYTHON, "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
    return (
        run([sys.executable, "-m", "venv", VENV])
        and run([*pip, "--require-hashes", "-r", LOCK])
        and run([*pip, *PROJECT])
    )


def pip_settings() -> dict[str, str]:
    """What pip is configured to do, from its files and its environment, strongest last."""
    command = [sys.executable, "-m", "pip", "config", "list"]
    listed = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    found: dict[str, dict[str, str]] = {}
    for line in listed.stdout.splitlines():
        key, _, value = line.partition("=")
        section, _, name = key.rpartition(".")
        found.setdefault(section, {})[name] = str(ast.literal_eval(value))
    return {**found.get("global", {}), **found.get("install", {}), **found.get(":env:", {})}


def uv_settings(pip: dict[str, str]) -> dict[str, str]:
    """The same for uv, which reads none of pip's configuration. What is set for uv already stays."""
    links = [link for link in pip.get("find-links", "").split() if "://" in link or Path(link).exists()]
    wanted = {
        "UV_DEFAULT_INDEX": pip.get("index-url", ""),
        "UV_INDEX": pip.get("extra-index-url", ""),
        "UV_FIND_LINKS": ",".join(links),
        "UV_NO_INDEX": pip.get("no-index", ""),
        "UV_INSECURE_HOST": pip.get("trusted-host", ""),
        "SSL_CERT_FILE": pip.get("cert", ""),
        "SSL_CLIENT_CERT": pip.get("client-cert", ""),
        "ALL_PROXY": pip.get("proxy", ""),
        # As pip does: the version decides, not which index is named first. The hashes keep it safe.
        "UV_INDEX_STRATEGY": "unsafe-best-match",
    }
    if "UV_INDEX_URL" in os.environ:
        del wanted["UV_DEFAULT_INDEX"]
    return {name: value for name, value in wanted.items() if value and name not in os.environ}


def run(command: list[str | Path], env: dict[str, str] | None = None) -> bool:
    """Run a command from the root of the checkout; its own words go to the terminal."""
    words = [str(part) for part in command]
    return subprocess.run(words, cwd=str(ROOT), env=env, check=False).returncode == 0


def works(command: list[str | Path]) -> bool:
    """Whether a command can be run at all."""
    try:
        quiet = subprocess.run([str(part) for part in command], stdout=subprocess.DEVNULL, check=False)
    except OSError:
        return False
    return quiet.returncode == 0


def say(text: str) -> None:
    """Tell the person at the terminal."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    raise SystemExit(main())
