"""One authenticated socket: what is read, what counts as a bad message, and how it closes.

The reader decides that a socket is dead, never the sender. It is always running and does no work that waits.
"""

from collections import deque
from contextlib import suppress

import anyio
import anyio.lowlevel
import structlog
from anyio.abc import TaskGroup
from pydantic import ValidationError
from starlette.types import Message, Receive, Send

from adapters.web.delivery import Position
from adapters.web.doors import Doors
from adapters.web.errors import InvalidMessage, error_message, invalid_message
from adapters.web.messages import CLIENT_MESSAGE, Ack, Command, FromServer, Pong
from adapters.web.sockets.commands import Commands
from adapters.web.sockets.seat import Seat
from adapters.web.sockets.writer import Ending
from adapters.web.strict_json import MalformedJSON, parse
from services.identity.sessions import Identity

BAD_MESSAGES, BUDGET_SECONDS = 10, 60.0
BREATH = 32
CLOSE_SECONDS = 2.0
FAILED: Ending = (1011, "internal error")

log = structlog.stdlib.get_logger(__name__)


class Connection:
    """Reads, writes and closes; made for one socket and used by one task."""

    __slots__ = (
        "_bad", "_commands", "_doors", "_seat", "_tasks", "_writer",
    )  # fmt: skip

    def __init__(self, doors: Doors, seat: Seat) -> None:
        self._doors, self._seat, self._writer = doors, seat, seat.writer
        self._bad: deque[float] | None = None
        self._commands: Commands | None = None
        self._tasks: TaskGroup | None = None

    @property
    def identity(self) -> Identity:
        """Who is at the other end."""
        return self._seat.identity

    @property
    def connection_id(self) -> str:
        """What a run is told about where its message came from."""
        return self._seat.connection_id

    async def run(self, receive: Receive, send: Send, after: Position | None) -> Ending:
        """Serve the socket until it ends; return how. Commands that have arrived are finished first."""
        async with anyio.create_task_group() as self._tasks:
            self._tasks.start_soon(self._write, send, after)
            await self._read(receive)
            self._tasks.cancel_scope.cancel()
        return self._writer.ending or (1000, "closed by the client")

    def answer(self, message: FromServer) -> None:
        """Send a control message."""
        self._writer.post(message)

    def complain(self, error: InvalidMessage) -> None:
        """Answer a bad message; more than ten within a minute close the socket."""
        now = self._doors.clock.monotonic()
        if self._bad is None:
            self._bad = deque(maxlen=BAD_MESSAGES)
        if len(self._bad) == BAD_MESSAGES and now - self._bad[0] < BUDGET_SECONDS:
            self._writer.end(4502, "too many bad messages")
            return
        self._bad.append(now)
        self._writer.post(error_message(error))

    def continue_as(self, identity: Identity) -> None:
        """Go on with a newer credential."""
        self._seat.change(identity)

    async def _write(self, send: Send, after: Position | None) -> None:
        try:
            code, reason = await self._writer.run(after)
        except Exception:  # the edge: the client comes back, the log gets the rest
            log.exception("socket failed")
            code, reason = FAILED
            self._writer.end(*FAILED)
        with anyio.move_on_after(CLOSE_SECONDS), suppress(OSError, RuntimeError):
            await send({"type": "websocket.close", "code": code, "reason": reason})
        assert self._tasks is not None
        self._tasks.cancel_scope.cancel()

    async def _read(self, receive: Receive) -> None:
        taken = 0
        while (message := await receive())["type"] != "websocket.disconnect":
            if self._writer.ending is None:
                self._take(message)
            taken += 1
            if taken % BREATH == 0:  # a flood in one segment must not hold up everybody else
                await anyio.lowlevel.checkpoint()

    def _take(self, message: Message) -> None:
        text = message.get("text")
        try:
            if text is None:
                raise InvalidMessage("malformed_json", "send JSON as a text message, not as a binary one")
            if _size(text) > self._doors.limits.frame_bytes:
                self._writer.end(4502, "message too large")
                return
            self._dispatch(read(text))
        except InvalidMessage as error:
            self.complain(error)

    def _dispatch(self, command: Command | Ack | Pong) -> None:
        match command:
            case Pong():
                pass
            case Ack(seq=seq):
                self._seat.delivery.arrived(seq)
            case _:
                if self._commands is None:
                    assert self._tasks is not None
                    self._commands = Commands(self._doors, self, self._tasks)
                self._commands.take(command)


def read(text: str) -> Command | Ack | Pong:
    """Return the message; raises ``InvalidMessage``."""
    try:
        message: Command | Ack | Pong = CLIENT_MESSAGE.validate_python(parse(text))
    except MalformedJSON as error:
        raise InvalidMessage("malformed_json", f"the message is no acceptable JSON: {error}") from None
    except ValidationError as error:
        raise invalid_message(error) from None
    return message


def _size(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode())
