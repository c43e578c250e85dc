"""`chat`: one question or a conversation; what is shown, what Ctrl-C does, and which exit code follows."""

import getpass
import sys
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from anyio.from_thread import BlockingPortal, start_blocking_portal

from adapters.cli.application import Bootstrap
from adapters.cli.conversing import Conversation, Event
from adapters.cli.local import LocalConversation
from adapters.cli.quiet import quiet
from adapters.cli.refusals import Stop, stop_for
from adapters.cli.remote import RemoteConversation
from adapters.cli.server import log_in, log_out
from adapters.cli.terminal import answer, json_text, say, screen
from adapters.cli.timeline import Timeline
from config.reading import read_settings
from services.errors import SoledoorError

ANSWERED, FAILED, INTERRUPTED = 0, 1, 130
PROMPT = "you > "
HELP = "Type a question. /new begins a new thread, /quit leaves, Ctrl-C stops a running answer."


@dataclass(frozen=True, slots=True)
class Question:
    """What was typed after `chat`."""

    text: str | None
    files: tuple[Path, ...]
    agent: str | None
    as_json: bool
    data: Path | None
    config: Path | None


@dataclass(frozen=True, slots=True)
class Server:
    """Which server to ask, and how to get in; without ``url`` everything runs here."""

    url: str | None
    user: str | None
    password_stdin: bool
    token: str | None


def ask(bootstrap: Bootstrap, question: Question, server: Server) -> int:
    """Answer and return the exit code: 0 answered, 1 failed, 130 interrupted."""
    _check(question, server)
    with (
        start_blocking_portal("asyncio") as portal,
        _conversation(portal, bootstrap, question, server) as with_it,
    ):
        chat = Chat(portal, with_it, question)
        return chat.turn(question.text) if question.text is not None else chat.talk()


class Chat:
    """Turns of one conversation. The main thread waits here, where Ctrl-C reaches it."""

    def __init__(self, portal: BlockingPortal, conversation: Conversation, question: Question) -> None:
        self._portal, self._conversation, self._question = portal, conversation, question
        self._files = question.files

    def talk(self) -> int:
        """Ask for questions until there are no more."""
        if sys.stdin.isatty():
            screen().print(HELP, style="dim")
        while (line := _line()) is not None:
            match text := line.strip():
                case "":
                    continue
                case "/quit":
                    return ANSWERED
                case "/new":
                    self._conversation.begin_anew()
                    screen().print("A new thread.", style="dim")
                case _ if text.startswith("/"):
                    screen().print(HELP, style="dim")
                case _:
                    self._turn_of_talk(text)
        return ANSWERED

    def turn(self, text: str) -> int:
        """Ask one question and show what happens."""
        running = self._portal.start_task_soon(self._follow, text)
        try:
            last = running.result()
        except KeyboardInterrupt:
            self._interrupt(running)
            return INTERRUPTED
        return self._end(last)

    def _turn_of_talk(self, text: str) -> None:
        """As ``turn``, but what is refused is said and the conversation goes on."""
        try:
            self.turn(text)
        except (Stop, SoledoorError) as error:
            stop = stop_for(error)
            if stop is None:
                raise
            screen().print(stop.line, style="red")

    def _interrupt(self, running: "Future[Event]") -> None:
        """Cancel the run and see its end; a second Ctrl-C does not wait for that."""
        try:
            if self._portal.call(self._conversation.cancel):
                running.result()
            else:
                running.cancel()
        except KeyboardInterrupt:
            running.cancel()
        screen().print("Interrupted.", style="dim")

    async def _follow(self, text: str) -> Event:
        files, self._files = self._files, ()
        last: Event = {}
        events = self._conversation.ask(text, self._question.agent, files)
        if self._question.as_json:
            async for last in events:
                say(json_text(last))
            return last
        with Timeline(screen()) as timeline:
            async for last in events:
                timeline.show(last)
        return last

    def _end(self, last: Event) -> int:
        if last["type"] != "agent_completed":
            return FAILED
        if not self._question.as_json:
            result = last["payload"]["result"]
            answer(result if isinstance(result, str) else json_text(result, indent=2))
        return ANSWERED


def _line() -> str | None:
    """Return what is typed next, None at the end; only a person is shown a prompt."""
    if not sys.stdin.isatty():
        return sys.stdin.readline() or None
    try:
        return input(PROMPT)
    except EOFError:
        return None


def _check(question: Question, server: Server) -> None:
    if question.text is not None and not question.text.strip():
        raise Stop("the question is empty: say what you want to know, or leave it out for a conversation")
    for file in question.files:
        if not file.is_file():
            raise Stop(f"--file {file}: there is no such file")
    if server.url is None:
        if server.user or server.password_stdin:
            raise Stop("--user and --password-stdin belong to --url: without it everything runs here")
    elif not server.url.startswith(("http://", "https://")):
        raise Stop(f"--url {server.url}: write it like http://127.0.0.1:8000")
    elif not (server.user or server.token):
        raise Stop("--url needs a login: --user NAME, or --token TOKEN, or SOLEDOOR_TOKEN in the environment")


@contextmanager
def _conversation(
    portal: BlockingPortal, bootstrap: Bootstrap, question: Question, server: Server
) -> Iterator[Conversation]:
    if server.url is None:
        settings = quiet(read_settings(question.config, data=question.data))
        with portal.wrap_async_context_manager(bootstrap(settings)) as application:
            yield LocalConversation(application, settings.limits.file_bytes)
        return
    url = server.url.rstrip("/")
    if server.user is None:
        yield RemoteConversation(url, server.token or "")
        return
    token = portal.call(log_in, url, server.user, _password(server))
    try:
        yield RemoteConversation(url, token)
    finally:
        portal.call(log_out, url, token)


def _password(server: Server) -> str:
    if server.password_stdin:
        return sys.stdin.readline().rstrip("\n")
    if not sys.stdin.isatty():
        raise Stop("no terminal to ask for the password: use --password-stdin")
    return getpass.getpass(f"Password of {server.user}: ", stream=sys.stderr)
