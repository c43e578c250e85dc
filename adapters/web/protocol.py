"""How a WebSocket is closed when its client does not read: with a small buffer and a close that ends.

uvicorn sends everything, a close frame too, only while the transport's buffer is below its high-water mark,
and then waits for the buffer to drain for as long as that takes. Here the buffer is small, a close frame
does not wait for it, and a client that leaves it unread is cut off.
"""

from asyncio import BaseTransport  # noqa: TID251 - uvicorn's protocols are asyncio's

from uvicorn._types import ASGISendEvent
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

HIGH_WATER = 32_768
CLOSE_SECONDS = 5.0


class SocketProtocol(WebSocketsSansIOProtocol):
    """One WebSocket connection, as uvicorn makes it."""

    def connection_made(self, transport: BaseTransport) -> None:
        """Bound what waits in this process for a slow reader."""
        super().connection_made(transport)
        self.transport.set_write_buffer_limits(high=HIGH_WATER)

    async def send(self, message: ASGISendEvent) -> None:
        """Send what the application sends; a close goes out at once and ends the connection soon."""
        closing = message["type"] == "websocket.close" and self.handshake_complete
        if closing:
            self.writable.set()
        await super().send(message)
        if closing and self.close_timer is not None:
            self.close_timer.cancel()
            self.close_timer = self.loop.call_later(CLOSE_SECONDS, self.transport.abort)

    def keepalive_timeout(self) -> None:
        """Drop a client that answers no pings: what it never read would hold the connection for minutes."""
        super().keepalive_timeout()
        self.loop.call_later(CLOSE_SECONDS, self.transport.abort)
