"""Many sockets, slow readers and the drain, over real sockets to a server of its own process."""

import json
import socket as tcp
import time
from collections import Counter, defaultdict
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import anyio
import anyio.to_thread
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from adapters.web.server import FOR_SOCKETS
from adapters.web.sockets.registry import _batches
from benchmarks.crowd import CLOSE, TEXT, Crowd
from tests.clients import http_client
from tests.grammar_reading import faults
from tests.processes import server_process
from tests.scenarios.client import PASSWORD, logged_in

MIB = 1 << 20
STUCK = 8
EVENTS, SIZE = 800, 2000
"""What is told to each: 1.6 MB and more, over what the kernel, the transport and the ring hold together."""


@pytest.fixture(scope="module")
async def server(tmp_path_factory):
    data = tmp_path_factory.mktemp("many") / "data"
    settings = {
        "tools__modules": "tests.scenarios.steady_tools",
        "limits__calls_per_minute": "10000",
        "limits__concurrent_calls": "100",
        "limits__send_timeout": "1",
        "auth__login_attempts": "1000",
    }
    async with server_process(data, **settings) as server:
        for name in ("steady", "deaf"):
            await server.account(name, PASSWORD)
        yield server


@asynccontextmanager
async def stuck_socket(client):
    """Connect with small buffers and read nothing but hello."""
    parts = urlsplit(client.url)
    sock = tcp.socket()
    sock.setsockopt(tcp.SOL_SOCKET, tcp.SO_RCVBUF, 8192)
    sock.connect((parts.hostname, parts.port))
    sock.setblocking(False)
    address = client.url.replace("http", "ws") + "/ws"
    async with connect(
        address,
        additional_headers=client.headers,
        sock=sock,
        max_queue=1,
        ping_interval=None,
        close_timeout=1,
        proxy=None,
    ) as connection:
        hello = json.loads(await connection.recv())
        client.epoch, client.last = hello["epoch"], hello["head"]
        yield connection


class Audience(Crowd):
    """Notes how each socket is sent away, and when."""

    def __init__(self, url):
        super().__init__(url)
        self.said, self.moments = {}, []

    def read(self, each):
        while data := self._more(each):
            for opcode, payload in each.frames(data):
                number = each.tcp.fileno()
                if opcode == TEXT and payload.startswith(b'{"type":"bye"'):
                    self.moments.append(time.monotonic())
                    self.said[number] = ("bye",)
                elif opcode == CLOSE:
                    self.said[number] = (*self.said.get(number, ()), int.from_bytes(payload[:2], "big"))
                    self.epoll.unregister(each.tcp)
                    each.tcp.close()
                    del self.sockets[number]
                    return []
        return []

    def watch_until_all_have_left(self):
        while self.sockets:
            self.drain()

    def ahead(self, began, size):
        """How many byes came sooner than a batch every 250 ms brings them, whatever this reader was late."""
        allowed = [size * (1 + int((moment - began) / 0.25)) for moment in sorted(self.moments)]
        return sum(number > allowance for number, allowance in enumerate(allowed, 1))

    @staticmethod
    def _more(each):
        try:
            return each.tcp.recv(65_536)
        except BlockingIOError:
            return b""


async def told(client, **arguments):
    """Call the tool that tells a lot."""
    async with client.http() as http:
        answer = await http.post("/api/tools/chatter", json={"arguments": arguments}, timeout=120)
    assert answer.json()["result"] == arguments["events"], answer.text


def closed_as(server, code):
    """How many sockets the server says it has closed with this code."""
    return sum(line["event"] == "socket closed" and line["code"] == code for line in server.lines)


async def rest_of(connection, client):
    """Take what comes until the close; return its code."""
    with anyio.fail_after(60):
        try:
            while True:
                client.take(json.loads(await connection.recv()))
        except ConnectionClosed:
            return connection.close_code


async def test_sockets_that_read_nothing_hold_little_are_closed_and_disturb_nobody(server):
    """Eight of one user, so that what one holds stands out from what the process does meanwhile."""
    steady, deaf = await logged_in(server.url, "steady"), await logged_in(server.url, "deaf")
    readers = [replace(deaf, events=defaultdict(list), seqs=[], controls=[]) for _ in range(STUCK)]
    for client in (steady, deaf):  # warm: what a first call loads, and a full ring each
        await told(client, events=300, size=SIZE)
    before = peak = server.resident
    async with AsyncExitStack() as stack:
        stuck = [await stack.enter_async_context(stuck_socket(client)) for client in readers]
        reading = await stack.enter_async_context(steady.socket())
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(partial(told, deaf, events=EVENTS, size=SIZE))
            # What a busy machine may lag behind has to fit into its ring.
            tasks.start_soon(partial(told, steady, events=EVENTS, size=100))
            while sum(map(len, steady.events.values())) < EVENTS + 2:  # executing, progress, completed
                steady.take(json.loads(await reading.connection.recv()))
                peak = max(peak, server.resident)
        (run,) = [events for events in steady.events.values() if events]
        assert faults(run, ended=False) == []
        assert [e["payload"]["progress_data"]["current_step"] for e in run[1:-1]] == list(range(EVENTS))
        assert (peak - before) / STUCK <= MIB, (before, peak)
        await server.logged(lambda _: closed_as(server, 4002) == STUCK)  # before anything more is read
        codes = {await rest_of(*each) for each in zip(stuck, readers, strict=True)}
    assert codes <= {4002, 1006}  # a close frame may find no room either: then the connection is cut
    for client in readers:  # what they were given has no hole, and what they missed comes when they are back
        assert 0 < len(client.seqs) < EVENTS
        async with client.socket(resume=True) as again:
            assert again.hello["resumed"] is True
            await again.until(lambda: len(client.seqs) == EVENTS + 2)  # noqa: B023 - called at once


async def test_an_eleventh_socket_takes_the_place_of_the_oldest(server):
    client = await logged_in(server.url, "steady")
    address = client.url.replace("http", "ws") + "/ws"
    async with AsyncExitStack() as stack:
        sockets = []
        for _ in range(11):
            one = await stack.enter_async_context(connect(address, additional_headers=client.headers))
            assert json.loads(await one.recv())["type"] == "hello"
            sockets.append(one)
        with anyio.fail_after(30):
            await sockets[0].wait_closed()
        assert sockets[0].close_code == 4503
        await told(client, events=3, size=10)
        for one in sockets[1:]:
            kinds = [json.loads(await one.recv())["type"] for _ in range(5)]
            assert kinds == ["tool_executing", *["progress_update"] * 3, "tool_completed"]


async def test_a_thousand_sockets_are_sent_away_in_batches_and_the_process_ends_in_time(tmp_path):
    sockets, go_on = 1000, tmp_path / "go on"
    settings = {"tools__modules": "tests.scenarios.steady_tools", "limits__sockets_per_user": str(sockets)}
    async with server_process(tmp_path / "data", **settings) as server:
        await server.account("everybody", PASSWORD)
        client = await logged_in(server.url, "everybody")
        with Audience(server.url) as crowd:
            await anyio.to_thread.run_sync(crowd.open, [client.token] * sockets)
            async with http_client(server.url, timeout=60) as probe, client.http() as http:
                assert (await probe.get("/readyz")).status_code == 200
                asked = {"content": f'Await the file "{go_on}"'}
                thread = (await http.post("/api/threads", json={"title": "t"})).json()["thread_id"]
                begun = await http.post(f"/api/threads/{thread}/messages", json=asked)
                assert begun.status_code == 202, begun.text
                with anyio.fail_after(10):
                    server.stop()
                    while (await probe.get("/readyz")).status_code != 503:
                        pass
                    crowd.drain()
                    assert crowd.said == {}  # not ready first: the run may end, and nobody is sent away yet
                    began = time.monotonic()
                    go_on.touch()
                    await anyio.to_thread.run_sync(crowd.watch_until_all_have_left)
                    assert await server.process.wait() == 0
    batches: Any = _batches([None] * sockets, 10 * FOR_SOCKETS)  # type: ignore[list-item]
    size = len(next(batches))
    assert Counter(crowd.said.values()) == {("bye", 4001): sockets}
    assert len(crowd.moments) == sockets
    assert crowd.ahead(began, size) == 0
