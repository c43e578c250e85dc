"""What a client may say on a socket, what it is answered, and how much nonsense is put up with."""

import random
import socket as sockets
from typing import Any

import anyio
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs
from websockets.exceptions import ConnectionClosed

from services.errors import InvalidInput, TooMuch, Unavailable
from services.ports.events import Place
from tests.adapters.web.site import MakeSite, Site, eventually, receive, send, the_end

NONSENSE = [
    ("x", "malformed_json", None),
    ('{"type":"pong","type":"pong"}', "malformed_json", None),
    ('{"type":NaN}', "malformed_json", None),
    ('{"type":"user_message","message_id":"m","content":"\\ud800"}', "malformed_json", None),
    ("[" * 2000, "malformed_json", None),
    (b"{}", "malformed_json", None),
    ("[]", "unknown_type", "type"),
    ("5", "unknown_type", "type"),
    ("{}", "unknown_type", "type"),
    ('{"type":"nonsense"}', "unknown_type", "type"),
    ('{"type":5}', "unknown_type", "type"),
    ('{"type":"hello","v":1}', "unknown_type", "type"),
    ('{"type":"cancel"}', "invalid_message", "run_id"),
    ('{"type":"cancel","run_id":5}', "invalid_message", "run_id"),
    ('{"type":"cancel","run_id":"r","user_id":"u-bob"}', "invalid_message", "user_id"),
    ('{"type":"ack","seq":"1"}', "invalid_message", "seq"),
    ('{"type":"ack","seq":-1}', "invalid_message", "seq"),
    ('{"type":"ack","seq":true}', "invalid_message", "seq"),
    ('{"type":"user_message","message_id":"","content":"Hi"}', "invalid_message", "message_id"),
    ('{"type":"user_message","message_id":"m","content":""}', "invalid_message", "content"),
    ('{"type":"user_message","message_id":"m","content":"Hi","files":"f"}', "invalid_message", "files"),
    ('{"type":"auth"}', "invalid_message", None),
    ('{"type":"auth","token":"a","ticket":"b"}', "invalid_message", None),
]


async def test_a_message_starts_a_run_of_the_sockets_own_user(site: Site) -> None:
    async with site.ws("token-bob") as socket:
        await receive(socket)
        await send(
            socket,
            type="user_message",
            message_id="m1",
            content="Hi",
            thread_id="t-bob",
            agent="analyst",
            files=["f"],
        )
        assert await receive(socket) == {
            "type": "accepted",
            "message_id": "m1",
            "run_id": "r-m1",
            "thread_id": "t-bob",
        }
    user, request, connection = site.runs.requests[0]
    assert (user.id, request.agent, request.files) == ("u-bob", "analyst", ("f",))
    assert connection


@pytest.mark.parametrize(
    ("error", "code", "retry"),
    [
        (TooMuch("Too many.", code="too_many_runs", retry_after_s=2.5), "too_many_runs", 2.5),
        (Unavailable("Stopping."), "draining", None),
        (InvalidInput("There is no such agent."), "invalid_input", None),
    ],
)
async def test_a_message_that_is_not_taken_is_rejected(
    site: Site, error: Exception, code: str, retry: float | None
) -> None:
    site.runs.refuse = error
    async with site.ws() as socket:
        await receive(socket)
        await send(socket, type="user_message", message_id="m1", content="Hi")
        answer = await receive(socket)
    assert (answer["type"], answer["message_id"], answer["code"]) == ("rejected", "m1", code)
    assert answer["detail"]
    assert answer.get("retry_after_s") == retry


async def test_a_message_for_a_foreign_or_unknown_thread_is_rejected_alike(site: Site) -> None:
    answers = []
    async with site.ws("token-bob") as socket:
        await receive(socket)
        for thread in ("t-ada", "t-unknown"):
            await send(socket, type="user_message", message_id="m", content="Hi", thread_id=thread)
            answers.append(await receive(socket))
    assert answers[0]["code"] == "not_found"
    assert answers[0] == answers[1]


async def test_a_foreign_or_unknown_id_is_no_bad_message(site: Site) -> None:
    async with site.ws("token-bob") as socket:
        await receive(socket)
        for number in range(8):
            for message in (
                {"type": "cancel", "run_id": "r-ada" if number % 2 else "r-unknown"},
                {"type": "approve", "call_id": "c1"},
                {"type": "deny", "call_id": "c1", "reason": "no"},
            ):
                await send(socket, **message)
                answer = await receive(socket)
                assert (answer["type"], answer["code"]) == ("error", "not_found")
    assert site.runs.cancelled == []


async def test_a_run_is_cancelled(site: Site) -> None:
    async with site.ws("token-bob") as socket:
        await receive(socket)
        await send(socket, type="cancel", run_id="r-bob")
        await send(socket, type="approve", call_id="c1")
        await receive(socket)
    assert site.runs.cancelled == ["r-bob"]


@pytest.mark.parametrize(("text", "code", "field"), NONSENSE)
async def test_nonsense_is_answered_and_the_socket_stays(
    site: Site, text: Any, code: str, field: str | None
) -> None:
    async with site.ws() as socket:
        await receive(socket)
        await socket.send(text)
        answer = await receive(socket)
        assert (answer["type"], answer["code"], answer.get("field")) == ("error", code, field)
        assert answer["detail"]
        await send(socket, type="user_message", message_id="m1", content="Hi")
        assert (await receive(socket))["type"] == "accepted"


async def test_ten_bad_messages_in_a_minute_are_put_up_with(site: Site) -> None:
    async with site.ws() as socket:
        await receive(socket)
        for _ in range(10):
            await socket.send("x")
            assert (await receive(socket))["type"] == "error"
        site.let_pass(61)
        assert (await receive(socket))["type"] == "ping"
        for _ in range(10):
            await socket.send("x")
            assert (await receive(socket))["type"] == "error"
        await socket.send("x")
        with pytest.raises(ConnectionClosed):
            await socket.recv()
        assert socket.close_code == 4502


async def test_a_frame_over_the_bound_is_refused_by_the_server(site: Site) -> None:
    async with site.ws() as socket:
        await receive(socket)
        await socket.send("x" * 65_537)
        assert await the_end(socket) in {1009, 4502}


async def test_a_frame_at_the_bound_is_read(site: Site) -> None:
    async with site.ws() as socket:
        await receive(socket)
        await socket.send("x" * 65_536)
        assert (await receive(socket))["code"] == "malformed_json"


@pytest.mark.parametrize("text", ["x" * 101, "é" * 51])
async def test_a_large_message_that_a_server_passes_on_is_not_read(make_site: MakeSite, text: str) -> None:
    site = await make_site({"frame_bytes": 100})
    async with site.ws() as socket:
        await receive(socket)
        await socket.send(text)
        with pytest.raises(ConnectionClosed):
            await socket.recv()
        assert socket.close_code == 4502


async def test_pong_and_ack_are_taken_silently(site: Site) -> None:
    await site.append(count=2)
    async with site.ws(query=f"?after={(await site.log.head('u-ada')).epoch}:0") as socket:
        await receive(socket)
        await send(socket, type="pong")
        await send(socket, type="ack", seq=2)
        await send(socket, type="ack", seq=10**12)
        await send(socket, type="approve", call_id="c1")
        kinds = [(await receive(socket))["type"] for _ in range(3)]
        assert sorted(kinds) == ["agent_thinking", "agent_thinking", "error"]
        epoch = (await site.log.head("u-ada")).epoch
        assert site.runs.arrived == [("u-ada", Place(epoch, seq)) for seq in (0, 2, 2)]


async def test_messages_are_carried_out_in_the_order_they_came(site: Site) -> None:
    async with site.ws() as socket:
        await receive(socket)
        for number in range(20):
            await send(socket, type="user_message", message_id=f"m{number}", content="Hi")
        answers = [(await receive(socket))["message_id"] for _ in range(20)]
    assert answers == [f"m{number}" for number in range(20)]
    assert [request.message_id for _, request, _ in site.runs.requests] == answers


async def test_the_reader_goes_on_while_a_message_is_being_carried_out(site: Site) -> None:
    held = anyio.Event()
    site.runs.on_start = held.wait
    async with site.ws() as socket:
        await receive(socket)
        for number in range(40):
            await send(socket, type="user_message", message_id=f"m{number}", content="Hi")
        crowded = await receive(socket)
        assert (crowded["type"], crowded["code"]) == ("rejected", "rate_limited")
        await socket.send("x")
        while (answer := await receive(socket))["type"] != "error":
            assert answer["code"] == "rate_limited"
        held.set()
        assert (await receive(socket))["message_id"] == "m0"


async def test_what_has_arrived_is_carried_out_though_the_socket_closes(site: Site) -> None:
    held, entered = anyio.Event(), anyio.Event()

    async def hold() -> None:
        entered.set()
        await held.wait()

    site.runs.on_start = hold
    async with site.ws() as socket:
        await receive(socket)
        for number in range(3):
            await send(socket, type="user_message", message_id=f"m{number}", content="Hi")
        with anyio.fail_after(20):
            await entered.wait()
    held.set()
    await eventually(lambda: not site.listeners.seated)
    assert [request.message_id for _, request, _ in site.runs.requests] == ["m0", "m1", "m2"]


async def test_an_unexpected_error_is_told_in_general_words(site: Site) -> None:
    site.runs.refuse = RuntimeError("secret inside")
    async with site.ws() as socket:
        await receive(socket)
        with capture_logs() as lines:
            await send(socket, type="user_message", message_id="m1", content="Hi")
            answer = await receive(socket)
    assert (answer["type"], answer["code"]) == ("rejected", "internal")
    assert "secret" not in str(answer)
    assert len(answer["detail"].rsplit(": ")[1]) == len("0123456789abcdef.")
    assert [line["event"] for line in lines if line["log_level"] == "error"] == ["message failed"]


async def test_a_flood_of_small_messages_holds_up_nobody(site: Site) -> None:
    async with site.ws() as flood, site.ws("token-bob") as other:
        await receive(flood)
        await receive(other)
        for _ in range(3000):
            await flood.send('{"type":"pong"}')
        await send(other, type="user_message", message_id="m1", content="Hi")
        assert (await receive(other))["type"] == "accepted"
        await send(flood, type="user_message", message_id="m2", content="Hi")
        assert (await receive(flood))["type"] == "accepted"


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    frames=st.lists(
        st.text(max_size=80)
        | st.binary(max_size=80)
        | st.sampled_from([text for text, _, _ in NONSENSE])
        | st.builds(
            lambda kind, rest: f'{{"type":"{kind}"{rest}}}',
            st.sampled_from(["user_message", "cancel", "approve", "ack", "auth", "pong"]),
            st.sampled_from(["", ',"seq":1', ',"run_id":null', ',"message_id":"m","content":"x"', ',"x":{}']),
        ),
        max_size=25,
    )
)
async def test_no_sequence_of_messages_breaks_the_socket(site: Site, frames: list[Any]) -> None:
    async with site.ws() as socket:
        await receive(socket)
        try:
            for frame in frames:
                await socket.send(frame)
            await send(socket, type="approve", call_id="last")
            while (await receive(socket)).get("code") != "not_found":
                pass
        except ConnectionClosed:
            assert socket.close_code == 4502


UPGRADE = (
    "GET /ws HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
    "Authorization: Bearer token-ada\r\n\r\n"
)


async def test_raw_garbage_instead_of_frames_never_harms_the_server(site: Site) -> None:
    seed = random.Random(7)
    host = site.url[7:]
    for _ in range(60):
        async with await anyio.connect_tcp("127.0.0.1", int(host.rsplit(":", 1)[1])) as stream:
            await stream.send(UPGRADE.format(host=host).encode())
            assert (await stream.receive()).startswith(b"HTTP/1.1 101")
            await stream.send(seed.randbytes(seed.randint(1, 200)))
            await stream.send_eof()
            with anyio.fail_after(20):
                try:
                    while True:
                        await stream.receive()
                except (anyio.EndOfStream, anyio.BrokenResourceError):
                    pass
    async with site.ws() as socket:
        assert (await receive(socket))["type"] == "hello"


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (b"\x81\x80\0\0\0\0", None),
        (b"\x81\x02hi", 1002),
        (b"\xc1\x80\0\0\0\0", 1002),
        (b"\x83\x80\0\0\0\0", 1002),
        (b"\x80\x80\0\0\0\0", 1002),
        (b"\x81\x82\0\0\0\0\xff\xff", 1007),
        (b"\x81\xff\x40\0\0\0\0\0\0\0\0\0\0\0", 1009),
        (b"\x81\xfe\x00\x02\0\0\0\0{}", None),
    ],
)
async def test_a_broken_frame_gets_the_right_close_code(site: Site, frame: bytes, code: int | None) -> None:
    host = site.url[7:]
    port = int(host.rsplit(":", 1)[1])
    async with await anyio.connect_tcp("127.0.0.1", port) as stream:
        stream.extra(anyio.abc.SocketAttribute.raw_socket).setsockopt(
            sockets.IPPROTO_TCP, sockets.TCP_NODELAY, 1
        )
        await stream.send(UPGRADE.format(host=host).encode())
        received = b""
        while b"hello" not in received:
            received += await stream.receive()
        await stream.send(frame)
        with anyio.fail_after(20):
            reply = await stream.receive()
    if code is None:
        assert reply[0] == 0x81
    else:
        assert reply[0] == 0x88
        assert int.from_bytes(reply[2:4], "big") == code
