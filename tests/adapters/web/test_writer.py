"""The one writer: heartbeat, stuck readers and control messages, the clock in the test's hand."""

import gc
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any

import anyio
import anyio.lowlevel
import orjson
import pytest
from structlog.testing import capture_logs

from adapters.event_log.memory import LogBounds, MemoryEventLog
from adapters.web import protocol
from adapters.web.delivery import Delivery, Sources
from adapters.web.messages import Accepted, Bye
from adapters.web.protocol import SocketProtocol
from adapters.web.sockets.connection import Connection
from adapters.web.sockets.writer import MOST_CONTROL_MESSAGES, Writer
from config.limits import Limits
from services.errors import Unavailable
from services.events import EventType, RunEvent
from services.ports.events import EventLog, Frame, Head, Lapped, Place, Take, Watch
from tests.adapters.web.site import MakeSite, Site, eventually, receive, send, the_end
from tests.adapters.web.standins import HandClock, Runs, metrics
from tests.build import build

Test = Callable[[Writer], Awaitable[None]]


class Bench:
    """A writer without a socket."""

    def __init__(self, log: EventLog | None = None) -> None:
        self.clock, self.sent = HandClock(), list[dict[str, Any]]()
        self.gate, self.arrived = anyio.Event(), anyio.Event()
        self.gate.set()
        self.log = log or build(MemoryEventLog, self.clock, LogBounds(8, 100_000, 600))
        runs: Any = Runs()
        self.delivery = Delivery(Sources(self.log, runs, runs, self.clock, metrics(), 20), "u-ada")
        self.writer = Writer(self.delivery, self.send, Limits(), self.clock.monotonic())

    async def send(self, text: bytes, frame: Frame | None) -> None:
        await self.gate.wait()
        self.sent.append(orjson.loads(text))
        self.arrived.set()
        self.arrived = anyio.Event()

    async def until(self, count: int) -> None:
        with anyio.fail_after(10):
            while len(self.sent) < count:
                await self.arrived.wait()

    async def run(self, test: Callable[[], Awaitable[None]]) -> tuple[int, str]:
        ending: list[tuple[int, str]] = []

        async def write() -> None:
            ending.append(await self.writer.run(None))

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(write)
            await test()
        return ending[0]


def tick(bench: Bench, seconds: float) -> None:
    bench.clock.seconds += seconds
    bench.writer.tick(bench.clock.monotonic())


async def test_silence_is_broken_by_a_ping_with_the_head() -> None:
    bench = Bench()

    async def test() -> None:
        await bench.until(1)
        tick(bench, 0)
        tick(bench, 19.9)
        tick(bench, 0.1)
        await bench.until(2)
        tick(bench, 0)
        tick(bench, 19.9)
        bench.writer.end(4001, "enough")

    await bench.run(test)
    assert [message["type"] for message in bench.sent] == ["hello", "ping"]
    assert bench.sent[1] == {"type": "ping", "head": 0, "timestamp": "2036-11-20T18:00:20+00:00"}


async def test_a_send_that_is_stuck_ends_as_too_slow() -> None:
    bench = Bench()
    bench.gate = anyio.Event()

    async def test() -> None:
        await anyio.wait_all_tasks_blocked()
        tick(bench, 0)
        tick(bench, 9.9)
        assert bench.writer.ending is None
        tick(bench, 0.1)

    assert (await bench.run(test))[0] == 4002
    assert bench.sent == []


async def test_control_messages_do_not_pile_up_for_a_reader_that_takes_none() -> None:
    bench = Bench()
    bench.gate = anyio.Event()

    async def test() -> None:
        await anyio.wait_all_tasks_blocked()
        for number in range(MOST_CONTROL_MESSAGES + 1):
            bench.writer.post(Accepted(message_id=str(number), run_id="r", thread_id="t"))

    assert (await bench.run(test))[0] == 4002


async def test_control_messages_keep_their_order_and_go_out_before_the_end() -> None:
    bench = Bench()

    async def test() -> None:
        await bench.until(1)
        for number in range(5):
            bench.writer.post(Accepted(message_id=str(number), run_id="r", thread_id="t"))
        bench.writer.end(4001, "stopping")
        bench.writer.end(4401, "too late to say so")

    assert await bench.run(test) == (4001, "stopping")
    assert [message.get("message_id") for message in bench.sent[1:]] == ["0", "1", "2", "3", "4"]


async def test_a_client_that_is_gone_ends_the_writer_quietly() -> None:
    bench = Bench()

    async def broken(text: bytes, frame: Frame | None) -> None:
        raise OSError

    bench.writer._send = broken

    async def test() -> None:
        await anyio.wait_all_tasks_blocked()

    assert (await bench.run(test))[0] == 1006


class FlakyLog(EventLog):
    """A log that loses its place, misses wake-ups or wakes for nothing, as replicas do."""

    def __init__(self) -> None:
        self.position = Head("e1", 1, 3)
        self.frames = [Frame(seq, "r", orjson.dumps({"type": "x", "seq": seq}), "e1") for seq in (1, 2, 3, 4)]
        self.wakes = 0

    async def append(self, event: Any, fence: int = 0) -> Place:
        raise NotImplementedError

    async def fence(self, user_id: str, run_id: str, token: int) -> None:
        raise NotImplementedError

    async def check(self) -> None:
        raise NotImplementedError

    async def last_run_seq(self, user_id: str, run_id: str) -> int:
        return 0

    async def head(self, user_id: str) -> Head:
        return self.position

    async def read(self, user_id: str, after: int, limit: int = 256) -> list[Frame]:
        return [frame for frame in self.frames if after < frame.seq <= self.position.head]

    async def read_run(self, user_id: str, run_id: str) -> list[Frame]:
        return []

    def watch(self, user_id: str) -> Watch:
        wait: Any = self._wait
        watch: Any = SimpleNamespace(wait=wait, close=lambda: None)
        return watch  # type: ignore[no-any-return]

    async def _wait(self, after: int, take: Take | None = None) -> None:
        if self.wakes:
            self.wakes -= 1
            return
        await anyio.sleep_forever()


async def test_a_missed_wake_up_is_found_by_the_heartbeat() -> None:
    log = FlakyLog()
    bench = Bench(log)

    async def test() -> None:
        await bench.until(1)
        log.position = Head("e1", 1, 4)
        tick(bench, 0)
        tick(bench, 20)
        await bench.until(2)
        tick(bench, 0)
        tick(bench, 20)
        await bench.until(3)
        bench.writer.end(4001, "enough")

    await bench.run(test)
    assert [message["type"] for message in bench.sent] == ["hello", "x", "ping"]


async def woken(log: FlakyLog) -> int:
    """Let a socket that has seen 3 be woken once and return why it was closed."""
    bench = Bench(log)

    async def test() -> None:
        await bench.until(1)
        log.wakes = 1
        bench.writer.post(Bye(retry_ms=1))  # interrupts the waiting, so that the next wait is the wake-up

    return (await bench.run(test))[0]


async def test_events_of_another_epoch_are_never_taken_though_their_numbers_would_fit() -> None:
    log = FlakyLog()
    log.frames = [Frame(4, "r", b"{}", "e2")]

    async def read(user_id: str, after: int, limit: int = 256) -> list[Frame]:
        return log.frames

    log.read = read  # type: ignore[method-assign]
    assert await woken(log) == 4003


async def test_a_place_that_is_ahead_of_the_log_is_a_lost_position_and_one_trimmed_a_slow_reader() -> None:
    for head, code in ((Head("e1", 1, 2), 4003), (Head("e2", 1, 9), 4003), (Head("e1", 8, 9), 4002)):
        log = FlakyLog()

        async def read(user_id: str, after: int, limit: int = 256, head: Head = head) -> list[Frame]:
            raise Lapped(after, head)

        log.read = read  # type: ignore[method-assign]
        assert await woken(log) == code


@pytest.mark.parametrize("position", [Head("e2", 1, 3), Head("e1", 1, 2)])
async def test_a_log_that_began_anew_or_fell_back_ends_the_socket(position: Head) -> None:
    log = FlakyLog()
    bench = Bench(log)

    async def test() -> None:
        await bench.until(1)
        log.position = position
        tick(bench, 0)
        tick(bench, 20)

    assert (await bench.run(test))[0] == 4003


async def test_waking_for_nothing_is_no_busy_loop() -> None:
    log = FlakyLog()
    log.wakes = 10**9
    bench = Bench(log)

    async def test() -> None:
        await bench.until(1)
        for _ in range(10):
            await anyio.lowlevel.checkpoint()
        bench.writer.end(4001, "enough")

    assert (await bench.run(test))[0] == 4001


async def test_a_reader_that_does_not_read_is_closed_with_4002_and_let_go(make_site: MakeSite) -> None:
    site = await make_site({"ring_events": 4096, "ring_bytes": 10**9})
    async with site.ws(max_queue=1) as socket:
        await receive(socket)
        (writer,) = site.sockets._writers
        for _ in range(400):  # 20 MB, more than any buffer on the way takes
            await site.append(text="x" * 50_000)
            await anyio.lowlevel.checkpoint()
        await eventually(lambda: writer._sending)
        site.let_pass(10)
        await eventually(lambda: not site.listeners.seated)
        assert await the_end(socket) == 4002


async def test_the_clock_of_all_sockets_ticks_by_itself(make_site: MakeSite) -> None:
    site = await make_site({"heartbeat": 0.04})
    async with site.ws() as socket:
        await receive(socket)
        with anyio.fail_after(20):
            while not site.sockets._writers or next(iter(site.sockets._writers))._seen == 0:
                await anyio.lowlevel.checkpoint()
        site.clock.seconds += 1
        assert (await receive(socket))["type"] == "ping"


async def test_events_and_answers_interleave_without_a_hole(site: Site) -> None:
    async with site.ws() as socket:
        await receive(socket)
        for number in range(30):
            await site.append(count=3)
            await send(socket, type="user_message", message_id=f"m{number}", content="Hi")
        messages = [await receive(socket) for _ in range(120)]
    assert [message["seq"] for message in messages if "seq" in message] == list(range(1, 91))
    answers = [message["message_id"] for message in messages if message["type"] == "accepted"]
    assert answers == [f"m{number}" for number in range(30)]


async def test_a_log_that_fails_closes_the_socket_and_is_logged_once(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(user_id: str, after: int, limit: int = 256) -> list[Frame]:
        raise OSError("the database is gone")

    async with site.ws() as socket:
        await receive(socket)
        monkeypatch.setattr(MemoryEventLog, "read", lambda log, *place: broken(*place))
        site.fill_transports()
        with capture_logs() as lines:
            await site.append()
            assert await the_end(socket) == 1011
            await eventually(lambda: not site.listeners.seated)
    assert [line["event"] for line in lines] == ["socket failed", "socket closed"]


async def test_while_the_log_is_away_nobody_is_pinged_and_nobody_is_closed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bench = Bench()
    asked = anyio.Event()

    async def away(log: EventLog, user_id: str) -> Head:
        asked.set()
        raise Unavailable("The database cannot be reached.", code="storage_unavailable", retry_after_s=1)

    async def test() -> None:
        await bench.until(1)
        with monkeypatch.context() as patched:
            patched.setattr(MemoryEventLog, "head", away)
            tick(bench, 0)  # hello was heard now
            tick(bench, 20)
            with anyio.fail_after(10):
                await asked.wait()
            await eventually(lambda: bench.writer._waiting)
        assert [message["type"] for message in bench.sent] == ["hello"]
        tick(bench, 1)
        await bench.until(2)
        bench.writer.end(1000, "done")

    assert await bench.run(test) == (1000, "done")
    assert [message["type"] for message in bench.sent] == ["hello", "ping"]


async def test_a_reader_that_needs_a_log_that_is_away_is_told_when_to_come_back(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(user_id: str, after: int, limit: int = 256) -> list[Frame]:
        raise Unavailable("The database cannot be reached.", code="storage_unavailable", retry_after_s=1)

    async with site.ws() as socket:
        await receive(socket)
        monkeypatch.setattr(MemoryEventLog, "read", lambda log, *place: away(*place))
        site.fill_transports()
        with capture_logs() as lines:
            await site.append()
            assert (await receive(socket))["type"] == "bye"
            assert await the_end(socket) == 4001
            await eventually(lambda: not site.listeners.seated)
    assert [(line["event"], line["reason"]) for line in lines] == [
        ("socket closed", "The database cannot be reached.")
    ]


async def test_a_server_that_has_closed_the_connection_itself_is_no_error(site: Site) -> None:
    async with site.ws() as socket:
        await receive(socket)
        (connection,) = connections()
        with capture_logs() as lines:
            connection.keepalive_timeout()
            await site.append()
            await eventually(lambda: not site.listeners.seated)
    assert [(line["event"], line["log_level"]) for line in lines] == [("socket closed", "info")]


async def test_an_event_and_an_answer_at_the_same_moment_both_arrive() -> None:
    bench = Bench()

    async def test() -> None:
        await bench.until(1)
        await anyio.wait_all_tasks_blocked()
        bench.gate = anyio.Event()
        # Both wake the writer before it runs: the answer must not cut the sending of the event.
        await bench.log.append(RunEvent(EventType.ANSWER_DELTA, "u-ada", "r", "t", "a", "now", 1, {}))
        bench.writer.post(Accepted(message_id="m", run_id="r", thread_id="t"))
        await anyio.wait_all_tasks_blocked()
        bench.gate.set()
        await bench.until(3)
        bench.writer.end(4001, "enough")

    await bench.run(test)
    assert sorted(message["type"] for message in bench.sent) == ["accepted", "answer_delta", "hello"]


async def test_the_reader_lets_others_run_in_a_flood_that_never_waits(site: Site) -> None:
    seat: Any = SimpleNamespace(writer=SimpleNamespace(ending=None))
    turns: list[int] = []
    taken = 0

    async def receive_at_once() -> dict[str, str]:
        nonlocal taken
        taken += 1
        kind = "websocket.receive" if taken < 200 else "websocket.disconnect"
        return {"type": kind, "text": '{"type":"pong"}'}

    async def other() -> None:
        while taken < 200:
            turns.append(taken)
            await anyio.lowlevel.checkpoint()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(other)
        await anyio.lowlevel.checkpoint()
        reader: Any = Connection(site.doors, seat)
        await reader._read(receive_at_once)
    assert len(turns) > 4


async def test_a_client_that_never_reads_its_close_is_cut_off(
    make_site: MakeSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "CLOSE_SECONDS", 0.01)
    site = await make_site({"ring_events": 4096, "ring_bytes": 10**9})
    async with site.ws(max_queue=1) as socket:
        await receive(socket)
        (connection,) = connections()
        for _ in range(400):
            await site.append(text="x" * 50_000)
            await anyio.lowlevel.checkpoint()
        (writer,) = site.sockets._writers
        await eventually(lambda: writer._sending)
        site.let_pass(10)
        await eventually(lambda: connection.disconnected)


def connections() -> list[SocketProtocol]:
    """Return the open server sides."""
    found = [each for each in gc.get_objects() if type(each) is SocketProtocol]
    return [each for each in found if not each.disconnected]
