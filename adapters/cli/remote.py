"""`chat --url`: a WebSocket client by protocol version 1, which takes up its thread again after a cut.

Each message opens a socket where the last one left off: between two messages nothing has to be read.
"""

import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from adapters.cli.conversing import LAST, Conversation, Event
from adapters.cli.refusals import Stop
from adapters.cli.server import client, upload
from adapters.cursor import Cursor, Verdict

PAUSES = (0.1, 0.3, 1.0, 2.0, 4.0, 8.0)
"""Seconds before each new attempt after a cut; an event that arrives starts the row again."""
FINAL = {
    4401: "the session has ended: log in again",
    4004: "the session has expired: log in again",
    4503: "too many sockets of this user are open: close one",
    4504: "the server speaks another version of the protocol: install the version that it runs",
}
FRAME_BYTES = 16 * 1024 * 1024


class Cut(Exception):
    """The socket is gone; try again from where we are."""


@dataclass(slots=True)
class Asked:
    """One message under way: what was sent, which run it became, and what came before that was known."""

    message: dict[str, Any]
    run_id: str | None = None
    early: list[Event] = field(default_factory=list)
    done: bool = False


class RemoteConversation(Conversation):
    """Talks to a server. Enter nothing: each method opens what it needs and closes it."""

    def __init__(self, url: str, token: str, pauses: Sequence[float] = PAUSES) -> None:
        self._url, self._token, self._pauses = url, token, pauses
        self._cursor = Cursor()
        self._thread_id: str | None = None
        self._asked: Asked | None = None
        self._socket: ClientConnection | None = None

    async def ask(
        self, content: str, agent: str | None, files: Sequence[Path]
    ) -> AsyncGenerator[Event, None]:
        """Send the message; after a cut go on where it happened."""
        asked = self._asked = Asked(await self._message(content, agent, files))
        attempt = 0
        while not asked.done:
            try:
                async for event in self._follow(asked):
                    attempt = 0
                    yield event
            except (Cut, OSError, InvalidHandshake) as error:
                _refused(error)
                if attempt == len(self._pauses):
                    raise Stop(
                        f"the server at {self._url} cannot be reached: {str(error) or 'connection lost'}", 1
                    ) from None
                await anyio.sleep(self._pauses[attempt])
                attempt += 1
        self._asked = None

    async def cancel(self) -> bool:
        """Ask the server to cancel."""
        if self._socket is None or self._asked is None or self._asked.run_id is None:
            return False
        await _send(self._socket, {"type": "cancel", "run_id": self._asked.run_id})
        return True

    def begin_anew(self) -> None:
        """Forget the thread."""
        self._thread_id = None

    async def _message(self, content: str, agent: str | None, files: Sequence[Path]) -> dict[str, Any]:
        message: dict[str, Any] = {"type": "user_message", "message_id": uuid.uuid4().hex, "content": content}
        optional = {"thread_id": self._thread_id, "agent": agent, "files": await self._hand_in(files)}
        return message | {name: value for name, value in optional.items() if value}

    async def _hand_in(self, files: Sequence[Path]) -> list[str]:
        async with client(self._url, self._token) as http:
            return [await upload(http, file) for file in files]

    async def _follow(self, asked: Asked) -> AsyncGenerator[Event, None]:
        """Open one socket and yield what it brings of our run."""
        async with self._connected() as socket:
            self._socket = socket
            try:
                if asked.run_id is None:
                    await _send(socket, asked.message)
                async for message in _messages(socket):
                    for event in self._take(message, asked):
                        asked.done = event["type"] in LAST
                        yield event
                        if asked.done:
                            return
            finally:
                self._socket = None
        raise Cut

    def _connected(self) -> connect:
        place = f"?after={self._cursor.after}" if self._cursor.after else ""
        return connect(
            f"{self._url.replace('http', 'ws', 1)}/ws{place}",
            additional_headers={"Authorization": f"Bearer {self._token}"},
            max_size=FRAME_BYTES,
            compression=None,
        )

    def _take(self, message: Event, asked: Asked) -> list[Event]:
        """Return what the message brings of our run; note where we are."""
        match message:
            case {"type": "hello"}:
                self._cursor.hello(message)
            case {"type": "accepted", "message_id": sent} if sent == asked.message["message_id"]:
                asked.run_id, self._thread_id = message["run_id"], message["thread_id"]
                return [event for event in asked.early if event["run_id"] == asked.run_id]
            case {"type": "rejected" | "error", "detail": detail, "code": code} if asked.run_id is None:
                raise Stop(f"the server refuses: {detail} ({code}){_when(message)}", 1)
            case {"run_id": run_id, "payload": _} if self._is_next(message):
                if asked.run_id is None:
                    asked.early.append(message)
                return [message] if run_id == asked.run_id else []
        return []

    def _is_next(self, event: Event) -> bool:
        if event.get("replayed"):
            return True
        verdict = self._cursor.judge(event)
        if verdict is Verdict.HOLE:
            raise Cut
        return verdict is Verdict.TAKE


async def _messages(socket: ClientConnection) -> AsyncIterator[Event]:
    try:
        async for text in socket:
            message: Event = orjson.loads(text)
            yield message
    except ConnectionClosed:
        pass
    code = socket.close_code or 1006
    if code in FINAL or code >= 4500:
        raise Stop(FINAL.get(code, f"the server closed the connection ({code} {socket.close_reason})"), 1)


async def _send(socket: ClientConnection, message: dict[str, Any]) -> None:
    try:
        await socket.send(orjson.dumps(message).decode())
    except ConnectionClosed:
        return  # reading tells


def _when(message: Event) -> str:
    seconds = message.get("retry_after_s")
    return f"; try again in {seconds:.0f} s" if seconds else ""


def _refused(error: Exception) -> None:
    """Raise ``Stop`` for a handshake that the server refuses: trying again would not help."""
    if isinstance(error, InvalidStatus) and error.response.status_code in {400, 401, 403, 404}:
        raise Stop(
            f"the server refuses the socket ({error.response.status_code}): is the token still good?", 1
        )
