"""What a client's messages do: they are carried out in the order they came, beside the reader.

A message that has arrived is carried out even when its socket closes meanwhile: runs belong to users, not
to sockets.
"""

from abc import abstractmethod
from collections import deque
from typing import Protocol

import anyio
import structlog
from anyio.abc import TaskGroup

from adapters.web.doors import Doors
from adapters.web.errors import INTERNAL, InvalidMessage, error_message, rejected
from adapters.web.messages import (
    Accepted,
    Approve,
    Auth,
    Cancel,
    Command,
    Deny,
    ErrorMessage,
    FromServer,
    UserMessage,
)
from services.errors import AuthenticationError, NotFound, Refused, TooMuch
from services.identity.sessions import Identity
from services.intake import RunRequest

MOST_WAITING = 32

log = structlog.stdlib.get_logger(__name__)


class Client(Protocol):
    """The connection, as commands see it."""

    @property
    @abstractmethod
    def identity(self) -> Identity:
        """Who is at the other end."""

    @property
    @abstractmethod
    def connection_id(self) -> str:
        """Which connection this is."""

    def answer(self, message: FromServer) -> None:
        """Send a control message."""

    def complain(self, error: InvalidMessage) -> None:
        """Answer a bad message and count it."""

    def continue_as(self, identity: Identity) -> None:
        """Go on with a newer credential of the same user."""


class Commands:
    """Takes commands without waiting; at most 32 wait, and no task lives while none does."""

    __slots__ = ("_busy", "_client", "_doors", "_tasks", "_waiting")

    def __init__(self, doors: Doors, client: Client, tasks: TaskGroup) -> None:
        self._doors, self._client, self._tasks = doors, client, tasks
        self._waiting: deque[Command] | None = None
        self._busy = False

    def take(self, command: Command) -> None:
        """Carry the command out in its turn; with too many waiting it is refused."""
        if self._waiting is None:
            self._waiting = deque()
        if len(self._waiting) >= MOST_WAITING:
            crowded = TooMuch("Too many messages at once: wait for the answers.", retry_after_s=1)
            self._client.answer(_refusal(command, crowded))
            return
        self._waiting.append(command)
        if not self._busy:
            self._busy = True
            self._tasks.start_soon(self._work)

    async def _work(self) -> None:
        with anyio.CancelScope(shield=True):
            while self._waiting:
                await self._carry_out(self._waiting.popleft())
        self._busy = False

    async def _carry_out(self, command: Command) -> None:
        try:
            await self._do(command)
        except InvalidMessage as error:
            self._client.complain(error)
        except Refused as error:
            self._doors.metrics.refused(error.code)
            self._client.answer(_refusal(command, error))
        except Exception:  # the edge: the client gets an id, the log gets the rest
            log.exception("message failed", type=command.type)
            self._client.answer(_failure(command))

    async def _do(self, command: Command) -> None:
        user = self._client.identity.user
        match command:
            case UserMessage():
                request = RunRequest(
                    message_id=command.message_id,
                    content=command.content,
                    thread_id=command.thread_id,
                    agent=command.agent,
                    files=tuple(command.files),
                )
                taken = await self._doors.runs.start(user, request, self._client.connection_id)
                self._client.answer(
                    Accepted(message_id=taken.message_id, run_id=taken.run_id, thread_id=taken.thread_id)
                )
            case Cancel():
                await self._doors.runs.cancel(user.id, command.run_id)
            case Approve() | Deny():
                raise NotFound("No call waits for a decision under that id.")
            case Auth():
                await self._refresh(command)

    async def _refresh(self, command: Auth) -> None:
        try:
            identity = await authenticate(self._doors, command)
        except AuthenticationError as error:
            raise InvalidMessage(error.code, error.detail) from None
        if identity.user.id != self._client.identity.user.id:
            raise InvalidMessage("not_authenticated", "That credential belongs to another user.")
        self._client.continue_as(identity)


async def authenticate(doors: Doors, message: Auth) -> Identity:
    """Return whom a ticket or token stands for; raises ``AuthenticationError``."""
    if message.ticket is not None:
        return await doors.tickets.redeem(message.ticket)
    return await doors.sessions.authenticate(message.token or "")


def _refusal(command: Command, error: Refused) -> FromServer:
    if isinstance(command, UserMessage):
        return rejected(command.message_id, error)
    return error_message(error)


def _failure(command: Command) -> FromServer:
    known = structlog.contextvars.get_contextvars().get("correlation_id", "")
    detail = f"{INTERNAL[:-1]}: {known}."
    if isinstance(command, UserMessage):
        return rejected(command.message_id, Refused(detail, code="internal"))
    return ErrorMessage(code="internal", detail=detail)
