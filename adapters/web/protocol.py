"""What uvicorn does with one WebSocket, where ours differs: it costs little while idle, takes texts that are
encoded already, and closes a client that does not read.

uvicorn sends everything, a close frame too, only while the transport's buffer is below its high-water mark,
and then waits for the buffer to drain for as long as that takes. Here the buffers are small, the kernel's
too, a close frame does not wait for them, and a client that leaves it unread is cut off.
"""

import socket
from asyncio import BaseTransport  # noqa: TID251 - uvicorn's protocols are asyncio's
from collections.abc import Awaitable
from typing import Any

from uvicorn._types import ASGISendEvent
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.protocol import OPEN

from adapters.web.waiting import Gate, Inbox

HIGH_WATER = 32_768
KERNEL_BUFFER = 65_536
"""What the kernel is asked to hold for one reader; Linux takes twice as much, its bookkeeping included."""

CLOSE_SECONDS = 5.0
ENCODED = "soledoor.encoded"
"""The ASGI extension offered to the application: its ``send`` takes a text as UTF-8 and returns None once it
is written, else what to await; its ``offer`` only ever writes at once, and returns whether it did.
"""


class SocketProtocol(WebSocketsSansIOProtocol):
    """One WebSocket connection, as uvicorn makes it.

    What uvicorn gives every connection has its slot here: so many names in a dictionary take 1.5 KiB.
    """

    __slots__ = (
        "app", "app_state", "asgi_version", "client", "close_sent", "close_timeout", "close_timer", "config",
        "conn", "connections", "curr_msg_data_type", "default_headers", "disconnected", "frames",
        "handshake_complete", "handshake_initiated", "initial_response", "last_ping_rtt", "logger", "loop",
        "pending_ping_payload", "ping_interval", "ping_sent_at", "ping_timeout", "ping_timer", "pong_timer",
        "queue", "read_paused", "request", "response", "root_path", "scheme", "scope", "server", "tasks",
        "transport", "writable",
    )  # fmt: skip

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.queue: Any = Inbox(self.loop.create_future)
        self.writable: Any = Gate()

    def connection_made(self, transport: BaseTransport) -> None:
        """Bound what waits in this process and in the kernel for a slow reader."""
        super().connection_made(transport)
        self.transport.set_write_buffer_limits(high=HIGH_WATER)
        tcp = transport.get_extra_info("socket")
        tcp.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL_BUFFER)

    async def run_asgi(self) -> None:
        """Offer the extension to the application."""
        self.scope.setdefault("extensions", {})[ENCODED] = {
            "send": self.send_encoded,
            "offer": self.offer_encoded,
        }
        await super().run_asgi()

    async def send(self, message: ASGISendEvent) -> None:
        """Send what the application sends; a close goes out at once and ends the connection soon."""
        closing = message["type"] == "websocket.close" and self.handshake_complete
        if closing:
            self.writable.set()
        await super().send(message)
        if message["type"] == "websocket.accept":
            self._forget_the_handshake()
        if closing and self.close_timer is not None:
            self.close_timer.cancel()
            self.close_timer = self.loop.call_later(CLOSE_SECONDS, self.transport.abort)

    def send_encoded(self, text: bytes) -> Awaitable[None] | None:
        """Write a text at once, or return what to await when the client has to read first.

        Raises ``ClientDisconnected``, now or then.
        """
        if self.offer_encoded(text):
            return None
        if not self.writable.is_set():
            return self._send_later(text)
        raise ClientDisconnected

    def offer_encoded(self, text: bytes) -> bool:
        """Write a text at once, or return False when the client has to read first or is gone."""
        if not self.writable.is_set() or self.disconnected or self.close_sent or self.conn.state is not OPEN:
            return False
        self.transport.write(_head(len(text)) + text)
        return True

    async def _send_later(self, text: bytes) -> None:
        await self.writable.wait()
        if (pending := self.send_encoded(text)) is not None:
            await pending

    def keepalive_timeout(self) -> None:
        """Drop a client that answers no pings: what it never read would hold the connection for minutes."""
        super().keepalive_timeout()
        self.loop.call_later(CLOSE_SECONDS, self.transport.abort)

    def _forget_the_handshake(self) -> None:
        """Headers are a sixth of what an idle socket holds; nobody reads them again."""
        for kept in (self.request.headers, self.response.headers, self.scope["headers"]):
            kept.clear()  # type: ignore[union-attr]


def _head(size: int) -> bytes:
    """Return what stands before an unmasked, whole text of that size (RFC 6455, section 5.2)."""
    if size < 126:
        return b"\x81%c" % size
    if size < 65_536:
        return b"\x81\x7e" + size.to_bytes(2, "big")
    return b"\x81\x7f" + size.to_bytes(8, "big")
