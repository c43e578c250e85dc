"""A TCP proxy that does to a connection what networks do, when a test says so.

async with FaultProxy.before(port) as proxy:
    client = connect(proxy.url)              # every rule may be changed while it runs
    proxy.down.delay = 0.2                   # server → client, each chunk that much later, order kept
    proxy.up.rate = 1_000                    # client → server, bytes a second
    proxy.down.passing = False               # half-open: nothing passes, the connection stays
    proxy.drop_frame(3)                      # the third data frame of a connection is never seen, once
    await proxy.cut()                        # RST on both sides of every connection; cut(rst=False): FIN
    proxy.target = other                     # newcomers are passed on to another port from now on
    async with proxy.away():                 # nobody listens on that port, then somebody does again
        ...
"""

import socket
import struct
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Self

import anyio
from anyio.abc import Listener, SocketAttribute, SocketStream, TaskGroup
from anyio.streams.memory import MemoryObjectReceiveStream

from tests.faults.frames import Piece, ServerStream

IN_FLIGHT = 1024
"""Chunks that may be under way in one direction; a sender beyond that waits, as with a full link."""
SLICE_SECONDS = 0.05

BROKEN = (anyio.BrokenResourceError, anyio.ClosedResourceError, anyio.EndOfStream)


class Rules:
    """What happens to bytes of one direction, on every connection, from now on."""

    def __init__(self) -> None:
        self.delay = 0.0
        self.rate: float | None = None
        self._passing = anyio.Event()
        self._passing.set()

    @property
    def passing(self) -> bool:
        """Whether bytes pass; while they do not, they wait and the sender sees a peer that is silent."""
        return self._passing.is_set()

    @passing.setter
    def passing(self, wanted: bool) -> None:
        if wanted:
            self._passing.set()
        elif self._passing.is_set():
            self._passing = anyio.Event()

    async def wait(self) -> None:
        """Return once bytes may pass."""
        while not self._passing.is_set():
            await self._passing.wait()


@dataclass(eq=False)
class Pair:
    """One connection: a socket to the client, one to the server, and how many data frames went down."""

    client: SocketStream
    server: SocketStream
    stream: ServerStream = field(default_factory=ServerStream)
    frames: int = 0

    async def end(self, *, rst: bool) -> None:
        """Close both sides: with RST what is under way is lost too, with FIN the peer sees an orderly end.

        A side that is closed already stays as it is.
        """
        for end in (self.client, self.server):
            with suppress(OSError, *BROKEN):
                if rst:
                    linger = struct.pack("ii", 1, 0)
                    raw = end.extra(SocketAttribute.raw_socket)
                    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                else:
                    await end.send_eof()
            await end.aclose()


class FaultProxy:
    """Listens on a free port of this machine and passes everything on to one server."""

    def __init__(self, port: int, tasks: TaskGroup) -> None:
        self.up, self.down = Rules(), Rules()
        self.connections = 0
        self.dropped: list[bytes] = []
        self.target, self._tasks = port, tasks
        self._drops: set[int] = set()
        self._pairs: dict[Pair, None] = {}
        self._listener: Listener[SocketStream] | None = None
        self.port = 0

    @classmethod
    @asynccontextmanager
    async def before(cls, port: int) -> AsyncGenerator[Self, None]:
        """Give a proxy in front of that port of this machine for the block."""
        async with anyio.create_task_group() as tasks:
            proxy = cls(port, tasks)
            await proxy._listen()
            try:
                yield proxy
            finally:
                with anyio.CancelScope(shield=True):
                    await proxy._leave()
                tasks.cancel_scope.cancel()

    @property
    def url(self) -> str:
        """The address that stands for the server's."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def live(self) -> int:
        """How many connections there are now."""
        return len(self._pairs)

    def drop_frame(self, number: int) -> None:
        """Drop the ``number``-th data frame of the first connection that comes so far, counted from 1."""
        self._drops.add(number)

    async def cut(self, *, rst: bool = True) -> int:
        """End every connection; return how many there were. Newcomers are welcome."""
        pairs, self._pairs = list(self._pairs), {}
        for pair in pairs:
            await pair.end(rst=rst)
        return len(pairs)

    @asynccontextmanager
    async def away(self) -> AsyncGenerator[None, None]:
        """Close the listener and all connections for the block; afterwards listen again on the same port."""
        await self._leave()
        try:
            yield
        finally:
            await self._listen()

    async def restart(self) -> None:
        """Be away for no longer than that takes."""
        async with self.away():
            pass

    async def _listen(self) -> None:
        self._listener = await anyio.create_tcp_listener(local_host="127.0.0.1", local_port=self.port)
        self.port = self._listener.extra(SocketAttribute.local_port)
        self._tasks.start_soon(self._accept, self._listener)

    async def _leave(self) -> None:
        if self._listener is not None:
            await self._listener.aclose()
        await self.cut()

    async def _accept(self, listener: Listener[SocketStream]) -> None:
        try:
            await listener.serve(self._serve, self._tasks)
        except* anyio.ClosedResourceError:
            pass  # that is how it ends

    async def _serve(self, client: SocketStream) -> None:
        try:
            server = await anyio.connect_tcp("127.0.0.1", self.target)
        except OSError:
            await client.aclose()
            return
        self.connections += 1
        pair = Pair(client, server)
        self._pairs[pair] = None
        try:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(self._carry, pair, tasks, self.up)
                tasks.start_soon(self._carry, pair, tasks, self.down)
        finally:
            with anyio.CancelScope(shield=True):
                if self._pairs.pop(pair, pair) is None:
                    await pair.end(rst=False)

    async def _carry(self, pair: Pair, tasks: TaskGroup, rules: Rules) -> None:
        """Read, and send later: a delay must not slow down what comes behind."""
        downwards = rules is self.down
        source, sink = (pair.server, pair.client) if downwards else (pair.client, pair.server)
        send, receive = anyio.create_memory_object_stream[tuple[float, bytes]](IN_FLIGHT)
        async with anyio.create_task_group() as both:
            both.start_soon(_deliver, receive, sink, rules)
            with send:
                try:
                    while True:
                        await rules.wait()
                        data = await source.receive()
                        await rules.wait()
                        for piece in self._kept(pair, data) if downwards else (data,):
                            await send.send((anyio.current_time() + rules.delay, piece))
                except BROKEN:
                    pass
        tasks.cancel_scope.cancel()

    def _kept(self, pair: Pair, data: bytes) -> list[bytes]:
        return [piece.data for piece in pair.stream.feed(data) if not self._drop(pair, piece)]

    def _drop(self, pair: Pair, piece: Piece) -> bool:
        if not piece.is_data:
            return False
        pair.frames += 1
        if pair.frames not in self._drops:
            return False
        self._drops.remove(pair.frames)
        self.dropped.append(piece.data)
        return True


async def _deliver(
    receive: MemoryObjectReceiveStream[tuple[float, bytes]],
    sink: SocketStream,
    rules: Rules,
) -> None:
    with receive:
        try:
            async for due, data in receive:
                await anyio.sleep_until(due)
                await _send(sink, data, rules)
        except BROKEN:
            return


async def _send(sink: SocketStream, data: bytes, rules: Rules) -> None:
    """Send within the rate, which may change in between."""
    while data:
        await rules.wait()
        if rules.rate is None:
            await sink.send(data)
            return
        size = max(1, int(rules.rate * SLICE_SECONDS))
        await sink.send(data[:size])
        await anyio.sleep(len(data[:size]) / rules.rate)
        data = data[size:]
