"""What only a person at a terminal meets: prompts, passwords, an answer with emphasis."""

import getpass
import io
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.cli import chatting
from adapters.cli.chatting import Server
from adapters.cli.people import _password as new_password
from adapters.cli.quiet import quiet
from adapters.cli.refusals import Stop
from adapters.cli.terminal import answer
from config.settings import Logs, Settings
from tests.adapters.cli.processes import run

INTERRUPTING = '''
import os
import signal

import anyio


async def brew_coffee() -> str:
    """Brew coffee in the kitchen."""
    os.kill(os.getpid(), signal.SIGINT)
    await anyio.sleep_forever()
'''


class Terminal(io.StringIO):
    """A stream that says a person is there."""

    def isatty(self) -> bool:
        return True


def typed(*lines: str) -> Iterator[str]:
    yield from lines
    raise EOFError


def test_a_person_is_asked_with_a_prompt_until_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = typed("hello")
    monkeypatch.setattr(sys, "stdin", Terminal())
    monkeypatch.setattr("builtins.input", lambda prompt: f"{prompt}{next(lines)}")
    assert [chatting._line(), chatting._line()] == [f"{chatting.PROMPT}hello", None]


def test_a_new_password_is_asked_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    given = iter(["one password", "one password", "one password", "another"])
    monkeypatch.setattr(sys, "stdin", Terminal())
    monkeypatch.setattr(getpass, "getpass", lambda *_, **__: next(given))
    assert new_password("ada", from_stdin=False) == "one password"
    with pytest.raises(Stop, match="the two passwords differ"):
        new_password("ada", from_stdin=False)


def test_the_password_for_a_server_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal())
    monkeypatch.setattr(getpass, "getpass", lambda *_, **__: "secret")
    assert chatting._password(Server("http://x", "ada", password_stdin=False, token=None)) == "secret"


def test_a_person_sees_emphasis_and_nothing_of_an_answer_steers(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Terminal()
    monkeypatch.setattr(sys, "stdout", screen)
    monkeypatch.setenv("TERM", "xterm")
    answer("It is **397.8** \x1b]8;;http://evil\x07 [here](http://evil)")
    shown = screen.getvalue()
    assert "397.8" in shown
    assert "**" not in shown
    assert "\x1b]8" not in shown
    assert "\x07" not in shown


def test_a_program_gets_the_answer_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    pipe = io.StringIO()
    monkeypatch.setattr(sys, "stdout", pipe)
    answer("It is **397.8**.")
    assert pipe.getvalue() == "It is **397.8**.\n"


def test_commands_log_errors_only_unless_more_is_asked_for() -> None:
    assert quiet(Settings()).logs.level == "error"
    assert quiet(Settings(logs=Logs(level="debug"))).logs.level == "debug"


def test_ctrl_c_cancels_one_question_and_the_conversation_goes_on(here: Path) -> None:
    (here / "kitchen.py").write_text(INTERRUPTING)
    env = {"SOLEDOOR_TOOLS__MODULES": "kitchen"}
    done = run("chat", cwd=here, env=env, stdin="brew coffee in the kitchen\nwhat is 6 * 7\n")
    assert done.returncode == 0
    assert "Interrupted." in done.stderr
    assert "42" in done.stdout
