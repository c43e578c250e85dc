"""A TCP proxy between a client and a server: it delays what the server says, cuts, or falls silent."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import anyio
from anyio.abc import ByteStream, SocketStream


class SlowWire:
    """``delay`` seconds pass before each piece that the server sends goes on. ``silent`` swallows them."""

    def __init__(self, target: int) -> None:
        self._target, self.port = target, 0
        self.delay, self.silent, self.connections = 0.0, False, 0
        self._open: set[SocketStream] = set()

    async def cut(self) -> None:
        """End every connection at once."""
        for stream in tuple(self._open):
            await stream.aclose()

    async def carry(self, client: SocketStream) -> None:
        """Carry one connection until either side ends it."""
        self.connections += 1
        self._open.add(client)
        try:
            async with (
                client,
                await anyio.connect_tcp("127.0.0.1", self._target) as server,
                anyio.create_task_group() as tasks,
            ):
                tasks.start_soon(self._upwards, client, server)
                await self._downwards(server, client)
                tasks.cancel_scope.cancel()
        except OSError:
            pass  # nobody is there: the client's connection ends as it would without us
        finally:
            self._open.discard(client)

    async def _upwards(self, client: ByteStream, server: ByteStream) -> None:
        try:
            async for piece in client:
                await server.send(piece)
        except (anyio.BrokenResourceError, anyio.ClosedResourceError):
            pass
        await server.aclose()

    async def _downwards(self, server: ByteStream, client: ByteStream) -> None:
        try:
            async for piece in server:
                await anyio.sleep(self.delay)
                if not self.silent:
                    await client.send(piece)
        except (anyio.BrokenResourceError, anyio.ClosedResourceError):
            pass


@asynccontextmanager
async def slow_wire(target: int) -> AsyncGenerator[SlowWire, None]:
    """Carry connections to the port for the block."""
    wire = SlowWire(target)
    async with (
        await anyio.create_tcp_listener(local_host="127.0.0.1", local_port=0) as listener,
        anyio.create_task_group() as tasks,
    ):
        wire.port = listener.extra(anyio.abc.SocketAttribute.local_port)
        tasks.start_soon(listener.serve, wire.carry)
        yield wire
        tasks.cancel_scope.cancel()
