"""Events that are written in the middle of their appends: what goes first, what is refused, and who reads."""

from collections.abc import Awaitable, Callable
from random import Random
from typing import Any

import anyio
import anyio.lowlevel
import orjson
import pytest

from adapters.event_log.memory import MemoryEventLog
from adapters.web.messages import Accepted
from services.events import EventType, RunEvent
from services.ports.events import Frame, Take, Watch
from tests.adapters.web.site import MakeSite, Site, receive
from tests.adapters.web.test_writer import Bench, connections, tick

REPLY = Accepted(message_id="m", run_id="r", thread_id="t")


class Written(Bench):
    """A writer whose transport takes events at once while ``room`` is left."""

    def __init__(self) -> None:
        super().__init__()
        self.room, self.offers, self.appended = 1000, 0, 0
        self.trouble: Exception | None = None
        self.at_once: list[int] = []
        self.writer._offer = self.offer

    def offer(self, text: bytes) -> bool:
        self.offers += 1
        if self.trouble is not None:
            raise self.trouble
        if not self.room:
            return False
        self.room -= 1
        self.sent.append(orjson.loads(text))
        self.at_once.append(self.sent[-1]["seq"])
        return True

    async def append(self, count: int = 1) -> None:
        for _ in range(count):
            self.appended += 1
            await self.log.append(
                RunEvent(EventType.ANSWER_DELTA, "u-ada", "r", "t", "a", "now", self.appended, {})
            )

    async def waiting(self) -> None:
        await self.until(1)
        await anyio.wait_all_tasks_blocked()

    def told(self) -> list[Any]:
        return [message["seq"] if "seq" in message else message["type"] for message in self.sent]


Steps = Callable[[Written], Awaitable[None]]


async def followed(bench: Written, steps: Steps) -> tuple[int, str]:
    """Take the steps once the writer waits, then end it; return why it ended."""

    async def test() -> None:
        await bench.waiting()
        await steps(bench)
        await anyio.wait_all_tasks_blocked()
        bench.writer.end(4001, "enough")

    return await bench.run(test)


async def test_a_writer_that_waits_has_written_the_event_when_its_append_returns() -> None:
    bench = Written()

    async def steps(bench: Written) -> None:
        for number in (1, 2, 3):
            await bench.append()
            assert bench.told() == ["hello", *range(1, number + 1)]
            assert bench.writer.seq == number

    assert await followed(bench, steps) == (4001, "enough")
    assert bench.told() == ["hello", 1, 2, 3]


async def test_what_the_transport_does_not_take_is_read_in_order_and_once() -> None:
    bench = Written()
    bench.room = 2

    async def steps(bench: Written) -> None:
        await bench.append(5)
        assert bench.offers == 3
        await anyio.wait_all_tasks_blocked()
        bench.room = 1
        await bench.append(2)

    await followed(bench, steps)
    assert bench.told() == ["hello", 1, 2, 3, 4, 5, 6, 7]
    assert bench.at_once == [1, 2, 6]


async def test_an_answer_that_was_posted_goes_before_the_event() -> None:
    async def steps(bench: Written) -> None:
        bench.writer.post(REPLY)
        await bench.append(2)
        assert bench.offers == 0

    bench = Written()
    await followed(bench, steps)
    assert bench.told() == ["hello", "accepted", 1, 2]


async def test_nothing_follows_once_the_end_is_decided() -> None:
    async def steps(bench: Written) -> None:
        bench.writer.end(4503, "replaced")
        await bench.append()
        assert bench.offers == 0

    bench = Written()
    assert await followed(bench, steps) == (4503, "replaced")
    assert bench.told() == ["hello"]


async def test_an_event_at_the_moment_of_a_ping_is_read_in_its_place() -> None:
    async def steps(bench: Written) -> None:
        tick(bench, 0)
        tick(bench, 20)
        await bench.append()
        assert bench.offers == 0

    bench = Written()
    await followed(bench, steps)
    assert bench.told() == ["hello", 1]


async def test_events_written_at_once_break_the_silence() -> None:
    async def steps(bench: Written) -> None:
        tick(bench, 0)
        tick(bench, 19)
        await bench.append()
        tick(bench, 1)
        tick(bench, 19)

    bench = Written()
    await followed(bench, steps)
    assert bench.told() == ["hello", 1]


@pytest.mark.parametrize("trouble", [RuntimeError("closed"), OSError()])
async def test_a_broken_transport_is_no_trouble_of_whoever_appends(trouble: Exception) -> None:
    async def gone(text: bytes, frame: Frame | None) -> None:
        raise trouble

    async def steps(bench: Written) -> None:
        bench.trouble = trouble
        bench.writer._send = gone
        await bench.append()

    bench = Written()
    assert (await followed(bench, steps))[0] == 1006


async def test_an_event_of_another_epoch_is_not_taken() -> None:
    bench, takes = Written(), list[Take | None]()

    class Noting(Watch):
        async def wait(self, after: int, take: Take | None = None) -> None:
            takes.append(take)
            await anyio.sleep_forever()

        def close(self) -> None:
            pass

    log: Any = bench.log
    log.watch = lambda user_id: Noting()

    async def steps(bench: Written) -> None:
        (take,) = takes
        assert take is not None
        ours = (await bench.log.head("u-ada")).epoch
        assert not take(Frame(1, "r", b'{"seq":1}', "another"))
        assert take(Frame(1, "r", b'{"seq":1}', ours))

    await followed(bench, steps)
    assert bench.told() == ["hello", 1]


async def test_a_reader_with_a_full_transport_reads_and_then_takes_again(site: Site) -> None:
    async with site.ws() as socket:
        await receive(socket)
        (connection,) = connections()
        connection.pause_writing()
        await site.append(count=3)
        (writer,) = site.sockets._writers
        assert writer.seq == 0
        await anyio.wait_all_tasks_blocked()
        connection.resume_writing()
        assert [(await receive(socket))["seq"] for _ in range(3)] == [1, 2, 3]
        await site.append()
        assert writer.seq == 4
        assert (await receive(socket))["seq"] == 4


async def test_what_is_written_at_once_is_bounded_by_the_transport(make_site: MakeSite) -> None:
    site = await make_site({"ring_events": 4096, "ring_bytes": 10**9})
    async with site.ws() as socket:
        await receive(socket)
        (writer,) = site.sockets._writers
        await site.append(count=200, text="x" * 50_000)
        assert writer.seq < 20
        assert [(await receive(socket))["seq"] for _ in range(200)] == list(range(1, 201))


async def several_turns() -> None:
    for _ in range(20):
        await anyio.lowlevel.checkpoint()


@pytest.mark.parametrize("seed", range(5))
async def test_whatever_happens_between_the_client_gets_each_event_once_and_in_order(seed: int) -> None:
    chance, bench = Random(seed), Written()

    async def steps(bench: Written) -> None:
        for _ in range(300):
            match chance.randrange(5):
                case 0:
                    bench.room = chance.randrange(4)
                case 1:
                    bench.writer.post(REPLY)
                case 2:
                    await anyio.lowlevel.checkpoint()
                case 3:
                    await several_turns()
                case _ if bench.appended - bench.writer.seq < 5:  # within what the log keeps
                    await bench.append(chance.randrange(3))
                case _:
                    await several_turns()

    assert await followed(bench, steps) == (4001, "enough")
    assert isinstance(bench.log, MemoryEventLog)
    seqs = [message["seq"] for message in bench.sent if "seq" in message]
    assert seqs == list(range(1, bench.appended + 1))
    assert 0 < len(bench.at_once) < len(seqs)
