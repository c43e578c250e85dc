"""What our WebSocket does beside uvicorn's: little memory while idle, encoded texts, no cycles looked for."""

import asyncio  # noqa: TID251 - what is tested stands in for asyncio's
import gc
import socket as tcp
from typing import Any

import anyio
import pytest
from uvicorn.protocols.utils import ClientDisconnected

from adapters.web.collecting import YOUNG, seldom_collecting
from adapters.web.protocol import KERNEL_BUFFER, SocketProtocol
from adapters.web.sockets.endpoint import _sending
from adapters.web.waiting import Gate, Inbox
from services.ports.events import Frame
from tests.adapters.web.site import Site, eventually, receive, send
from tests.adapters.web.test_writer import connections


def inbox() -> Any:
    return Inbox(asyncio.get_running_loop().create_future)


async def test_messages_are_read_in_the_order_they_came() -> None:
    box, read = inbox(), list[Any]()

    async def reader() -> None:
        while len(read) < 5:
            read.append(await box.get())

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(reader)
        await anyio.wait_all_tasks_blocked()
        for number in range(3):
            box.put_nowait(number)
        await anyio.wait_all_tasks_blocked()
        assert (read, box.empty()) == ([0, 1, 2], True)
        box.put_nowait(3)
        box.put_nowait(4)
        assert not box.empty()
    assert read == [0, 1, 2, 3, 4]


async def test_a_reader_that_is_cancelled_has_taken_nothing() -> None:
    box = inbox()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(box.get)
        await anyio.wait_all_tasks_blocked()
        tasks.cancel_scope.cancel()
        box.put_nowait("kept")
    assert await box.get() == "kept"


async def test_a_closed_gate_holds_all_until_it_is_opened() -> None:
    gate, passed = Gate(), list[int]()

    async def visitor(number: int) -> None:
        await gate.wait()
        passed.append(number)

    gate.clear()
    gate.clear()
    async with anyio.create_task_group() as tasks:
        for number in range(3):
            tasks.start_soon(visitor, number)
        await anyio.wait_all_tasks_blocked()
        assert (passed, gate.is_set()) == ([], False)
        gate.set()
    assert (sorted(passed), gate.is_set()) == ([0, 1, 2], True)
    await gate.wait()


async def test_an_idle_socket_keeps_neither_its_headers_nor_a_dictionary(site: Site) -> None:
    async with site.ws() as socket:
        await receive(socket)
        (connection,) = connections()
        held: Any = connection
        assert [len(h) for h in (held.request.headers, held.response.headers, held.scope["headers"])] == [
            0
        ] * 3
        assert held.__dict__ == {}
        assert held.transport.get_extra_info("socket").getsockopt(tcp.SOL_SOCKET, tcp.SO_SNDBUF) <= (
            2 * KERNEL_BUFFER
        )


@pytest.mark.parametrize("size", [1, 20_000, 70_000])
async def test_an_event_of_any_size_arrives_whole(site: Site, size: int) -> None:
    async with site.ws(max_size=None) as socket:
        await receive(socket)
        await site.append(text="ä" * size)
        assert (await receive(socket))["payload"]["reasoning"] == "ä" * size


@pytest.mark.parametrize("size", [125, 126, 65_535, 65_536])
async def test_a_text_is_framed_right_at_every_step_of_its_length(site: Site, size: int) -> None:
    async with site.ws(max_size=None) as socket:
        await receive(socket)
        (connection,) = connections()
        assert connection.send_encoded(b"x" * size) is None
        assert await socket.recv() == "x" * size


async def test_an_encoded_text_after_the_end_is_refused(site: Site) -> None:
    async with site.ws() as socket:
        await receive(socket)
        (connection,) = connections()
        await socket.close()
        await eventually(lambda: connection.disconnected)
        with pytest.raises(ClientDisconnected):
            connection.send_encoded(b"x")
        assert not connection.offer_encoded(b"x")


async def test_a_text_waits_until_the_client_has_read(site: Site) -> None:
    async with site.ws() as socket:
        await receive(socket)
        (connection,) = connections()
        connection.pause_writing()
        assert not connection.offer_encoded(b"never")
        pending: Any = connection.send_encoded(b"later")
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(lambda: pending)
            await anyio.wait_all_tasks_blocked()
            connection.resume_writing()
        assert await socket.recv() == "later"


async def test_sockets_of_a_user_are_given_the_very_bytes_that_the_log_keeps(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    given, real = list[bytes](), SocketProtocol.offer_encoded

    def noting(self: SocketProtocol, text: bytes) -> bool:
        given.append(text)
        return real(self, text)

    monkeypatch.setattr(SocketProtocol, "offer_encoded", noting)
    async with site.ws() as desk, site.ws() as phone, site.ws() as laptop:
        for socket in (desk, phone, laptop):
            await receive(socket)
        given.clear()
        await site.append()
        for socket in (desk, phone, laptop):
            assert (await receive(socket))["seq"] == 1
    (kept,) = await site.log.read("u-ada", 0)
    assert [each is kept.data for each in given] == [True] * 3


async def test_a_server_that_knows_no_encoded_texts_is_given_text() -> None:
    sent = list[Any]()

    async def server(message: Any) -> None:
        sent.append(message)

    write, offer = _sending({"type": "websocket", "extensions": {}}, server)
    assert offer is None
    pending = write("Grüße".encode(), Frame(1, "r", b"", "e"))
    assert pending is not None
    await pending
    assert sent == [{"type": "websocket.send", "text": "Grüße"}]


async def test_answers_go_the_same_way_as_events(site: Site) -> None:
    async with site.ws() as socket:
        await receive(socket)
        await send(socket, type="user_message", message_id="ü", content="Hi")
        assert (await receive(socket))["message_id"] == "ü"


def test_cycles_are_looked_for_seldom_while_serving_and_as_before_afterwards() -> None:
    before = gc.get_threshold()
    with seldom_collecting():
        assert gc.get_threshold() == (YOUNG, *before[1:])
        assert gc.get_freeze_count() > 0
    assert (gc.get_threshold(), gc.get_freeze_count()) == (before, 0)
