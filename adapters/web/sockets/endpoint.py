"""The handshake of ``/ws``: who is it, where does it resume, and what is answered when it may not come in.

Everything that can be refused is refused before 101 by an HTTP answer. A socket without credentials is let
in silently and has a few seconds to say who it is; until then nothing is sent to it.
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from urllib.parse import parse_qs

import anyio
import structlog
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.types import Receive, Scope, Send

from adapters.web.credentials import bearer, identify
from adapters.web.delivery import Position, WriteNow
from adapters.web.doors import Doors
from adapters.web.errors import InvalidMessage, http_refusal, internal, refusal
from adapters.web.messages import Auth, Bye
from adapters.web.protocol import ENCODED
from adapters.web.sockets.commands import authenticate
from adapters.web.sockets.connection import Connection, read
from adapters.web.sockets.seat import Seat
from adapters.web.sockets.writer import GONE, ClientGone, Ending
from adapters.web.sockets.writer import Send as Write
from services.errors import AuthenticationError, Refused
from services.identity.sessions import Identity
from services.ports.events import Frame

PATH = "/ws"

log = structlog.stdlib.get_logger(__name__)


class SocketEndpoint:
    """The ASGI application behind ``/ws``; one object serves all sockets."""

    def __init__(self, doors: Doors) -> None:
        self._doors = doors

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one socket from handshake to close; writes one log line."""
        await receive()
        with suppress(OSError, RuntimeError):  # the client left before it had its answer
            try:
                await self._admit(scope, receive, send)
            except ClientGone:
                pass
            except Refused as error:
                self._doors.metrics.refused(error.code)
                await refusal(scope, error)(scope, receive, send)
            except HTTPException as error:
                await http_refusal(scope, error)(scope, receive, send)
            except Exception:  # the edge: the client gets an id, the log gets the rest
                log.exception("handshake failed")
                await internal(scope)(scope, receive, send)

    async def _admit(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._doors.sockets.admit()
        identity = await self._credentials(scope)
        after = _after(scope)
        if identity is not None:
            seat = self._join(identity, scope, send)
            await self._serve(seat, receive, send, after, accepted=False)
            return
        identity = await self._introduce(receive, send)
        if identity is None:
            await _close(send, 4401, "not authenticated")
            return
        try:
            seat = self._join(identity, scope, send)
        except Refused as error:
            await _send_away(send, error)
        else:
            await self._serve(seat, receive, send, after, accepted=True)

    async def _credentials(self, scope: Scope) -> Identity | None:
        conn = HTTPConnection(scope)
        if bearer(conn) is None and self._doors.cookie.read(conn) is None:
            return None
        return await identify(conn)

    async def _introduce(self, receive: Receive, send: Send) -> Identity | None:
        """Accept, and wait for the first message: it must say who this is, in time."""
        self._doors.sockets.admit_unknown()
        try:
            await _accept(send)
            with anyio.move_on_after(self._doors.limits.auth_timeout):
                message = await receive()
                if message["type"] == "websocket.disconnect":
                    raise ClientGone
                first = read(message.get("text") or "")
                return await authenticate(self._doors, first) if isinstance(first, Auth) else None
        except (InvalidMessage, AuthenticationError):
            return None
        finally:
            self._doors.sockets.known()
        return None

    def _join(self, identity: Identity, scope: Scope, send: Send) -> Seat:
        return Seat(self._doors, identity, *_sending(scope, send))

    async def _serve(
        self, seat: Seat, receive: Receive, send: Send, after: Position | None, *, accepted: bool
    ) -> None:
        structlog.contextvars.bind_contextvars(
            user_id=seat.identity.user.id, connection_id=seat.connection_id
        )
        ending: Ending = GONE
        try:
            if not accepted:
                await _accept(send)
            ending = await Connection(self._doors, seat).run(receive, send, after)
        finally:
            seat.leave()
            log.info("socket closed", code=ending[0], reason=ending[1])


def _after(scope: Scope) -> Position | None:
    """Return where to resume; raises 400. Nothing else in the query counts, least of all a credential."""
    query = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    match query.get("after", []):
        case []:
            return None
        case [text]:
            return Position.parse(text)
    return Position.parse("")


def _sending(scope: Scope, send: Send) -> tuple[Write, WriteNow | None]:
    """Return how messages go out: as they are where the server takes them so, else as ASGI has it."""
    extension = scope.get("extensions", {}).get(ENCODED)
    if extension is not None:
        send_encoded: Callable[[bytes], Awaitable[None] | None] = extension["send"]
        return lambda text, _: send_encoded(text), extension["offer"]

    def plain(text: bytes, _: Frame | None) -> Awaitable[None]:
        return send({"type": "websocket.send", "text": text.decode()})

    return plain, None


async def _accept(send: Send) -> None:
    try:
        await send({"type": "websocket.accept"})
    except (OSError, RuntimeError):
        raise ClientGone from None


async def _close(send: Send, code: int, reason: str) -> None:
    with suppress(OSError, RuntimeError):
        await send({"type": "websocket.close", "code": code, "reason": reason})


async def _send_away(send: Send, error: Refused) -> None:
    """There is no more room, or the server is stopping: the client may come back."""
    bye = Bye(retry_ms=int(1000 * (error.retry_after_s or 5)))
    with suppress(OSError, RuntimeError):
        await send({"type": "websocket.send", "text": bye.text()})
    await _close(send, 4001, error.detail[:100])
