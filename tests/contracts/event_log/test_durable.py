"""What a durable event log promises beside: restarts, several processes, and wake-ups that never come."""

from collections.abc import Awaitable, Callable

import anyio
import anyio.lowlevel
import orjson
import pytest

from adapters.event_log.positions import WHOLE_LOOK
from services.errors import Superseded, Unavailable
from services.ports.events import EventLog, Head, Lapped, Place
from tests.contracts.event_log.conftest import event, fill
from tests.contracts.event_log.kinds import Durable, Sqlite


async def seqs(log: EventLog, after: int = 0, user: str = "u1") -> list[int]:
    return [frame.seq for frame in await log.read(user, after)]


async def test_everything_is_there_after_a_restart(place: Durable) -> None:
    async with place.log() as log:
        await fill(log, 3)
        await log.fence("u1", "r2", 2)
        before, head = await log.read("u1", 0), await log.head("u1")
    async with place.log() as log:
        assert await log.head("u1") == head
        assert await log.read("u1", 0) == before
        assert await log.read_run("u1", "r1") == before
        assert await log.last_run_seq("u1", "r1") == 3
        with pytest.raises(Superseded):
            await log.append(event(1, "r2"), 1)
        assert await log.append(event(2)) == Place(
            head.epoch, 2
        )  # repeated by a producer that was not answered
        assert await log.append(event(4)) == Place(head.epoch, 4)


async def test_frames_of_the_ring_and_of_the_store_are_the_same_bytes(place: Durable) -> None:
    async with place.log() as log, place.log() as other:
        watch = log.watch("u1")
        await log.head("u1")
        for number in (1, 2, 3):
            await log.append(event(number, text='Grüße "\\" \u0000'))
        assert await log.read("u1", 0) == await other.read("u1", 0)
        wire = orjson.loads((await log.read("u1", 2))[0].data)
        assert (wire["seq"], wire["epoch"], wire["payload"]) == (
            3, (await log.head("u1")).epoch, {"reasoning": 'Grüße "\\" \u0000'},
        )  # fmt: skip
        watch.close()


async def test_a_repetition_of_what_was_trimmed_is_refused(place: Durable) -> None:
    async with place.log(events=3) as log:
        await fill(log, 5)
        assert (await log.append(event(3))).seq == 3
        with pytest.raises(Lapped):
            await log.append(event(2))
        await fill(log, 5, run="r2")
        with pytest.raises(Lapped):
            await log.append(event(5))  # nothing of this run is kept, its numbers are remembered all the same
        assert await log.last_run_seq("u1", "r1") == 5


async def test_processes_that_read_first_at_the_same_moment_agree_on_the_epoch(place: Durable) -> None:
    async with place.log() as one, place.log() as two:
        for number in range(10):
            user, heads, begun = f"u{number}", list[Head](), list[int]()
            async with anyio.create_task_group() as tasks:
                for log in (one, two, one, two):
                    tasks.start_soon(look, log, user, heads, begun)
            assert begun == [0, 0, 0, 0], "all had asked before the first was answered"
            assert len(set(heads)) == 1
            assert (await one.append(event(1, user=user))).epoch == heads[0].epoch


async def look(log: EventLog, user: str, heads: list[Head], begun: list[int]) -> None:
    begun.append(len(heads))
    heads.append(await log.head(user))


async def test_two_processes_append_to_one_user_without_a_hole(place: Durable) -> None:
    order, moved = list[str](), anyio.Condition()

    async def produce(log: EventLog, name: str, places: list[Place]) -> None:
        mine, other = name[0], "b" if name[0] == "a" else "a"
        for number in range(1, 41):
            places.append(await log.append(event(number, name)))
            async with moved:
                order.append(mine)
                moved.notify_all()
                while order.count(mine) > order.count(other) + 10:  # an unfair lock must not part them
                    await moved.wait()

    places: list[Place] = []
    async with place.log(events=1000) as one, place.log(events=1000) as two:
        async with anyio.create_task_group() as tasks:
            for log, name in ((one, "a1"), (two, "b1"), (one, "a2"), (two, "b2")):
                tasks.start_soon(produce, log, name, places)
        assert sorted(p.seq for p in places) == list(range(1, 161))
        assert len({p.epoch for p in places}) == 1
        assert "ab" in "".join(order)
        assert "ba" in "".join(order)
        frames = await one.read("u1", 0)
        assert [frame.seq for frame in frames] == list(range(1, 161))
        for run in ("a1", "a2", "b1", "b2"):
            mine = [orjson.loads(frame.data)["run_seq"] for frame in frames if frame.run_id == run]
            assert mine == list(range(1, 41))


async def test_a_tail_that_nobody_told_of_is_found_by_the_position_check(place: Durable) -> None:
    async with place.log(deaf=True) as here, place.log() as elsewhere:
        await fill(here, 1)
        watch = here.watch("u1")
        await here.head("u1")
        await fill(elsewhere, 2, start=2)  # then the run is silent: no later event can reveal the loss
        await here.look()
        with anyio.fail_after(5):
            await watch.wait(1)
        await until(lambda: reads(here, 1, [2, 3]))
        assert place.metrics.of("healed")
        watch.close()


async def reads(log: EventLog, after: int, wanted: list[int]) -> bool:
    return await seqs(log, after) == wanted


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    with anyio.fail_after(20):
        while not await holds():
            await anyio.lowlevel.checkpoint()


async def test_the_position_check_runs_by_itself(place: Durable) -> None:
    async with place.log(check=0.02, deaf=True) as here, place.log() as elsewhere:
        watch = here.watch("u1")
        await here.head("u1")
        await fill(elsewhere, 1)
        with anyio.fail_after(10):
            await watch.wait(0)
        watch.close()


async def test_a_wake_up_is_enough_where_there_are_any(place: Durable) -> None:
    if isinstance(place, Sqlite):
        return  # a file wakes nobody
    async with place.log() as here, place.log() as elsewhere:
        watch = here.watch("u1")
        await here.head("u1")
        await fill(elsewhere, 3)
        with anyio.fail_after(10):
            await watch.wait(2)
        assert await seqs(here) == [1, 2, 3]
        assert place.metrics.of("healed") == []
        watch.close()


async def test_what_was_appended_here_is_never_counted_as_healed(place: Durable) -> None:
    async with place.log(events=1000) as log:
        watch = log.watch("u1")

        async def look() -> None:
            for _ in range(20):
                await log.look()

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(look)
            await fill(log, 60)
        await log.look()
        assert place.metrics.of("healed") == []
        watch.close()


async def test_a_live_event_that_is_not_the_next_fetches_what_is_missing(place: Durable) -> None:
    async with place.log(deaf=True) as here, place.log() as elsewhere:
        watch = here.watch("u1")
        await fill(here, 1)
        await fill(elsewhere, 2, start=2)
        assert (await here.append(event(4))).seq == 4
        assert await seqs(here, 1) == [2, 3, 4]
        with anyio.fail_after(5):
            await watch.wait(3)
        watch.close()


async def test_a_reader_ahead_of_this_process_is_served_once_it_has_caught_up(place: Durable) -> None:
    async with place.log(deaf=True) as here, place.log() as elsewhere:
        watch = here.watch("u1")
        await here.head("u1")
        await fill(elsewhere, 3)  # where the reader was until now: it has seen 3
        later = here.watch("u1")
        assert await seqs(here, 3) == []
        assert (await here.head("u1")).head == 3
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(later.wait, 3)
            await fill(elsewhere, 1, start=4)
            await here.look()
        assert await seqs(here, 3) == [4]
        with pytest.raises(Lapped):
            await here.read("u1", 5)
        watch.close()
        later.close()


async def test_the_head_is_the_stores_and_not_what_this_process_believes(place: Durable) -> None:
    async with place.log(deaf=True) as here, place.log() as elsewhere:
        watch = here.watch("u1")
        await fill(here, 1)
        await fill(elsewhere, 1, start=2)
        assert (await here.head("u1")).head == 2
        assert await seqs(here, 1) == [2], "a head that was told can be read"
        watch.close()


async def test_a_resume_is_whole_or_refused(place: Durable) -> None:
    async with place.log(events=8) as log:
        await fill(log, 20)
        watch = log.watch("u1")  # its ring begins at the head, the rest comes from the store
        assert (await log.head("u1")).first == 13
        assert await seqs(log, 12) == list(range(13, 21))
        for lost in (0, 11):
            with pytest.raises(Lapped):
                await log.read("u1", lost)
        assert [f.seq for f in await log.read("u1", 13, limit=3)] == [14, 15, 16]
        watch.close()


async def test_a_log_that_was_lost_begins_anew_and_every_reader_is_told(place: Durable, clock) -> None:
    # Who hears wake-ups compares everything at once when it begins to, and then seldom: here it is asked to.
    async with place.log(deaf=True) as log, place.log() as elsewhere:
        await fill(log, 5)
        old = await log.head("u1")
        watch, told = log.watch("u1"), list[Head]()
        await log.head("u1")

        async def reader() -> None:
            with pytest.raises(Lapped) as lapped:
                await watch.wait(5)
            told.append(lapped.value.head)

        clock.advance(2 * 86_401)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(reader)
            await elsewhere.look()  # forgets everything: it knows of no reader
            for _ in range(WHOLE_LOOK):
                await log.look()
        new = await log.head("u1")
        assert told == [new]
        assert new.epoch != old.epoch
        await fill(log, 1)
        assert [frame.epoch for frame in await log.read("u1", 0)] == [new.epoch]
        watch.close()


async def test_an_append_that_was_cut_in_flight_can_be_repeated(place: Durable) -> None:
    async with place.log() as log:
        outcomes = set()
        for number in range(1, 30):
            with anyio.move_on_after(number / 5000) as scope:
                await log.append(event(number))
            outcomes.add(scope.cancelled_caught)
            assert (await log.append(event(number))).seq == number
            assert await log.last_run_seq("u1", "r1") == number
    assert outcomes >= {True}


async def test_leaving_stores_what_is_queued(place: Durable) -> None:
    async with place.log() as log, anyio.create_task_group() as tasks:
        tasks.start_soon(fill, log, 1)
        await anyio.lowlevel.checkpoint()
        tasks.cancel_scope.cancel()
    with pytest.raises(Unavailable, match="closed"):
        await log.append(event(2))
    async with place.log() as log:
        assert await log.last_run_seq("u1", "r1") == 1
