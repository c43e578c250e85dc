"""Fenced blocks of a Markdown page, and how each kind is put to the proof.

A block's language is followed by words that say more: ``title=NAME`` saves the block under that name for the
blocks after it, and a Python file so named is not run by itself.
"""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from tests.forking import launcher

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
FENCE = re.compile(r"^```(?P<language>\w+)(?P<words>[^\n]*)\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL)
PORT = "8000"
SERVERS = ("soledoor serve", "make run")


@dataclass(frozen=True)
class Block:
    """One fenced block; ``line`` is where its code begins."""

    language: str
    title: str | None
    code: str
    line: int


@dataclass(frozen=True)
class Command:
    """One command of a console block with what the page says it prints."""

    text: str
    output: str


def blocks(text: str) -> Iterator[Block]:
    """Yield every fenced block in order."""
    for match in FENCE.finditer(text):
        words = dict(word.partition("=")[::2] for word in match["words"].split())
        line = text[: match.start()].count("\n") + 2
        yield Block(match["language"], words.get("title"), match["code"], line)


def unlabelled(text: str) -> list[int]:
    """Return the lines of fences that name no language: nobody could say how to prove them."""
    inside = False
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("```"):
            if not inside and line.strip() == "```":
                found.append(number)
            inside = not inside
    return found


def commands(code: str) -> Iterator[Command]:
    """Yield the commands of a console block; a line that begins with ``> `` continues the one before."""
    for part in re.split(r"^\$ ", code, flags=re.MULTILINE)[1:]:
        lines = part.split("\n")
        text = [lines.pop(0)]
        while lines and lines[0].startswith("> "):
            text.append(lines.pop(0)[2:])
        yield Command("\n".join(text), "\n".join(lines).strip())


def matches(expected: str, printed: str) -> bool:
    """Whether the output is what the page shows, where ``...`` stands for anything."""
    pattern = re.escape(expected.strip()).replace(r"\.\.\.", ".*?")
    return re.fullmatch(pattern, printed.strip(), re.DOTALL) is not None


class Shell:
    """Runs a page's commands in one directory, servers in the background until the page ends."""

    patience = 60
    """Seconds that a command may take."""

    def __init__(self, folder: Path, port: int, stack: ExitStack) -> None:
        self.folder, self.port, self.stack = folder, str(port), stack
        kept = {name: value for name, value in os.environ.items() if not name.startswith("SOLEDOOR_")}
        path = f"{launcher().parent}:{BIN}:{os.environ['PATH']}"
        # A page's own pytest loads what the page needs, not every plugin that our checks bring along.
        pytest = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_PLUGINS": "anyio.pytest_plugin"}
        ours = {"PATH": path, "SOLEDOOR_SERVER__PORT": self.port, "COLUMNS": "200"}
        ours["XDG_CACHE_HOME"] = str(folder / ".cache")
        self.env = kept | pytest | ours

    def run(self, command: Command) -> str:
        """Return what the command printed, with the page's port in it."""
        text = command.text.replace(PORT, self.port)
        if text.startswith("make "):
            text = recipe(text)
        if command.text.startswith(SERVERS):
            printed = self._serve(text, len(command.output.splitlines()))
        else:
            printed = self._finish(text)
        return printed.replace(self.port, PORT)

    def python(self, code: str) -> str:
        """Run a Python block and return what it printed."""
        script = self.folder / "block.py"
        script.write_text(code.replace(PORT, self.port), encoding="utf-8")
        return self._finish(f"{launcher('script')} block.py", check=True)

    def _finish(self, text: str, *, check: bool = False) -> str:
        done = subprocess.run(
            ["bash", "-c", text],
            cwd=self.folder,
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=self.patience,
            text=True,
            check=False,
        )
        assert not check or done.returncode == 0, done.stdout
        return done.stdout

    def _serve(self, text: str, lines: int) -> str:
        server = subprocess.Popen(
            ["bash", "-c", text if text.startswith("exec ") else f"exec {text}"],
            cwd=self.folder,
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.stack.callback(stop, server)
        assert server.stdout is not None
        return "".join(line for _, line in zip(range(lines), server.stdout, strict=False))


def recipe(text: str) -> str:
    """Return what a `make` command of the page does here: its recipe, without the set-up, which is done."""
    words = [*shlex.split(text), "-n", "-o", ".venv/.ready", "-C", str(ROOT), "--no-print-directory"]
    outer = {"MAKEFLAGS", "MFLAGS", "MAKEOVERRIDES", "MAKELEVEL", "ARGS", "TESTS"}
    env = {name: value for name, value in os.environ.items() if name not in outer}
    shown = subprocess.run(words, env=env, stdout=subprocess.PIPE, text=True, check=True).stdout
    # These tests are part of `make test`, so of that recipe only its being there is proven.
    return "true" if text == "make test" else shown.replace(".venv/bin/", "").strip()


def stop(server: "subprocess.Popen[str]") -> None:
    """End a server and wait for it."""
    server.terminate()
    server.communicate(timeout=20)
