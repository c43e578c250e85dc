"""The proxy does what its rules say, to a server that repeats what it hears, and to real WebSocket frames."""

import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from itertools import pairwise

import anyio
import pytest
from anyio.abc import SocketAttribute, SocketStream
from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from tests.faults.frames import ServerStream
from tests.faults.proxy import BROKEN, FaultProxy


@asynccontextmanager
async def repeater() -> AsyncGenerator[int, None]:
    """A server that sends back what it is sent."""

    async def repeat(stream: SocketStream) -> None:
        async with stream:
            try:
                while True:
                    await stream.send(await stream.receive())
            except BROKEN:
                return

    listeners = await anyio.create_tcp_listener(local_host="127.0.0.1")
    async with listeners, anyio.create_task_group() as tasks:
        tasks.start_soon(listeners.serve, repeat)
        yield listeners.extra(SocketAttribute.local_port)
        tasks.cancel_scope.cancel()


@pytest.fixture
async def proxy() -> AsyncGenerator[FaultProxy, None]:
    async with repeater() as port, FaultProxy.before(port) as proxy:
        yield proxy


async def talked(stream: SocketStream, text: bytes) -> bytes:
    """Send and return what comes back, all of it."""
    await stream.send(text)
    heard = b""
    with anyio.fail_after(10):
        while len(heard) < len(text):
            heard += await stream.receive()
    return heard


async def opened(proxy: FaultProxy) -> SocketStream:
    """Return a connection that is known to pass."""
    stream = await anyio.connect_tcp("127.0.0.1", proxy.port)
    assert await talked(stream, b"hello") == b"hello"
    return stream


async def test_without_rules_everything_passes(proxy):
    async with await opened(proxy) as stream:
        assert await talked(stream, bytes(range(256)) * 4000) == bytes(range(256)) * 4000
        assert (proxy.live, proxy.connections) == (1, 1)


async def test_a_cut_is_a_reset_and_newcomers_are_welcome(proxy):
    async with await opened(proxy) as stream:
        assert await proxy.cut() == 1
        with pytest.raises(anyio.BrokenResourceError) as seen:
            await stream.receive()
        assert isinstance(seen.value.__cause__, ConnectionResetError)
    async with await opened(proxy):
        assert proxy.live == 1


async def test_an_orderly_cut_is_an_end_of_stream(proxy):
    async with await opened(proxy) as stream:
        assert await proxy.cut(rst=False) == 1
        with pytest.raises(anyio.EndOfStream):
            await stream.receive()


async def test_half_open_nothing_passes_and_nothing_is_lost(proxy):
    async with await opened(proxy) as stream:
        proxy.down.passing = False
        await stream.send(b"are you there?")
        with anyio.move_on_after(0.2) as waiting:
            await stream.receive()
        assert waiting.cancelled_caught
        assert proxy.live == 1
        proxy.down.passing = True
        assert await stream.receive() == b"are you there?"


async def test_a_delay_moves_all_chunks_and_does_not_add_up(proxy):
    async with await opened(proxy) as stream:
        proxy.down.delay = 0.3
        began, heard = time.monotonic(), b""
        for number in range(5):
            await stream.send(b"%d" % number)
            await anyio.sleep(0.02)
        while len(heard) < 5:
            heard += await stream.receive()
        assert heard == b"01234"
        assert time.monotonic() - began >= 0.3
        proxy.down.delay = 0.0
        assert await talked(stream, b"at once") == b"at once"


async def test_a_throttle_lets_so_many_bytes_pass_in_a_second(proxy):
    async with await opened(proxy) as stream:
        proxy.up.rate = 10_000
        began = time.monotonic()
        assert await talked(stream, b"x" * 4_000) == b"x" * 4_000
        assert time.monotonic() - began >= 0.3
        proxy.up.rate = None
        assert await talked(stream, b"x" * 400_000) == b"x" * 400_000


async def test_a_restart_keeps_the_port(proxy):
    async with await opened(proxy) as stream:
        async with proxy.away():
            with pytest.raises(anyio.BrokenResourceError):
                await stream.receive()
            with pytest.raises(OSError, match="connection attempts failed"):
                await anyio.connect_tcp("127.0.0.1", proxy.port)
        async with await opened(proxy):
            pass
        await proxy.restart()
        async with await opened(proxy):
            assert proxy.connections == 3


@asynccontextmanager
async def counting() -> AsyncGenerator[FaultProxy, None]:
    """A WebSocket server behind a proxy: it sends its connections 1, 2, 3, each of another length."""

    async def count(connection: ServerConnection) -> None:
        for number in range(1, 7):
            await connection.send(f"{number}:" + "x" * 300 * number**5)
        await connection.wait_closed()

    async with serve(count, "127.0.0.1", 0) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        async with FaultProxy.before(port) as proxy:
            yield proxy


async def numbers(proxy: FaultProxy, count: int) -> list[int]:
    async with connect(proxy.url.replace("http", "ws"), max_size=None) as client:
        return await numbers_of(client, count)


async def numbers_of(client: ClientConnection, count: int) -> list[int]:
    with anyio.fail_after(10):
        return [int(str(await client.recv()).partition(":")[0]) for _ in range(count)]


async def test_the_nth_frame_is_dropped_once_and_the_others_arrive():
    async with counting() as proxy:
        proxy.drop_frame(3)
        assert await numbers(proxy, 5) == [1, 2, 4, 5, 6]
        assert await numbers(proxy, 6) == [1, 2, 3, 4, 5, 6]
        assert len(proxy.dropped) == 1


async def test_a_cut_websocket_says_so_without_a_close_frame():
    async with counting() as proxy, connect(proxy.url.replace("http", "ws"), max_size=None) as client:
        assert await numbers_of(client, 6) == [1, 2, 3, 4, 5, 6]
        await proxy.cut()
        with pytest.raises(ConnectionClosed) as closed:
            await client.recv()
        assert closed.value.rcvd is None


HEAD = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"
FRAMES = [
    b"\x81\x05hello",
    b"\x89\x00",
    b"\x82\x7e\x01\x00" + b"y" * 256,
    b"\x81\x7f" + bytes(6) + b"\x01\x00" + b"z" * 256,
]


@pytest.mark.parametrize("step", [1, 2, 3, 7, 100, 10_000])
def test_frames_are_found_however_the_bytes_are_cut(step):
    stream, sent = ServerStream(), HEAD + b"".join(FRAMES)
    pieces = [p for at in range(0, len(sent), step) for p in stream.feed(sent[at : at + step])]
    assert [piece.data for piece in pieces] == [HEAD, *FRAMES]
    assert [piece.opcode for piece in pieces] == [None, 1, 9, 2, 1]
    assert all(a != b for a, b in pairwise(pieces))


def test_an_answer_that_is_no_upgrade_passes_as_it_comes():
    stream = ServerStream()
    assert [p.data for p in stream.feed(b"HTTP/1.1 200 OK\r\n\r\n\x81\x05he")] == [
        b"HTTP/1.1 200 OK\r\n\r\n\x81\x05he"
    ]
    assert [p.data for p in stream.feed(b"llo")] == [b"llo"]


def test_what_is_no_http_passes_byte_by_byte():
    stream = ServerStream()
    assert [p.data for byte in (b"H", b"T", b"+") for p in stream.feed(byte)] == [b"HT+"]
    assert [p.data for p in stream.feed(b"PONG")] == [b"PONG"]
