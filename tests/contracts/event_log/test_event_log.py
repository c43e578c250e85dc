"""What every event log promises."""

import anyio
import orjson
import pytest

from services.errors import Superseded
from services.ports.events import READ_BYTES, Lapped, Place
from tests.contracts.event_log.conftest import event, fill, tidy
from tests.contracts.event_log.kinds import Memory


async def test_seq_is_contiguous_from_one_whoever_sends(make_log):
    log = await make_log()
    seqs = [(await log.append(event(n, run))).seq for n in (1, 2) for run in ("a", "b")]
    assert seqs == [1, 2, 3, 4]
    frames = await log.read("u1", 0)
    assert [frame.seq for frame in frames] == seqs
    wire = orjson.loads(frames[1].data)
    assert (wire["seq"], wire["run_id"], wire["run_seq"]) == (2, "b", 1)
    assert wire["epoch"] == (await log.head("u1")).epoch


async def test_users_have_logs_of_their_own(make_log):
    log = await make_log()
    await log.append(event(1, user="u1"))
    await log.append(event(1, user="u2"))
    assert [orjson.loads(f.data)["user_id"] for f in await log.read("u2", 0)] == ["u2"]
    assert (await log.head("u1")).epoch != (await log.head("u2")).epoch


async def test_the_epoch_exists_from_the_first_read_on(make_log):
    log = await make_log()
    before = await log.head("u1")
    assert (before.first, before.head) == (1, 0)
    await fill(log, 1)
    assert (await log.head("u1")).epoch == before.epoch


async def test_a_repeated_append_changes_nothing_and_returns_the_first_seq(make_log):
    log = await make_log()
    assert await fill(log, 3) == [1, 2, 3]
    epoch = (await log.head("u1")).epoch
    assert await log.append(event(2)) == Place(epoch, 2)
    assert await log.append(event(3)) == Place(epoch, 3)
    assert (await log.head("u1")).head == 3
    assert await log.last_run_seq("u1", "r1") == 3
    assert await log.last_run_seq("u1", "other") == 0


async def test_a_trimmed_position_is_refused_and_never_skipped(make_log):
    log = await make_log(events=3)
    await fill(log, 5)
    assert (await log.head("u1")).first == 3
    assert [f.seq for f in await log.read("u1", 2)] == [3, 4, 5]
    with pytest.raises(Lapped) as lapped:
        await log.read("u1", 1)
    assert (lapped.value.after, lapped.value.head.first) == (1, 3)


async def test_a_position_ahead_of_the_head_is_refused(make_log):
    log = await make_log()
    await fill(log, 2)
    assert await log.read("u1", 2) == []
    with pytest.raises(Lapped):
        await log.read("u1", 3)


async def test_bytes_are_bounded_and_the_newest_event_is_always_kept(clock):
    """Where memory is all there is; for a ring in front of a store see the tests of rings."""
    async with Memory(clock).log(events=100, size=1000) as log:
        await bytes_are_bounded(log)


async def bytes_are_bounded(log):
    for n in range(1, 6):
        await log.append(event(n, text="x" * 400))
    assert len(await log.read_run("u1", "r1")) == 1
    await log.append(event(6, text="x" * 5000))
    assert [f.seq for f in await log.read("u1", 5)] == [6]


async def test_events_go_some_time_after_the_last_one_and_the_position_stays(make_log, clock):
    log = await make_log(seconds=600)
    await fill(log, 2)
    epoch = (await log.head("u1")).epoch
    clock.advance(601)
    head = await log.head("u1")
    assert (head.epoch, head.first, head.head) == (epoch, 3, 2)
    with pytest.raises(Lapped):
        await log.read("u1", 1)
    assert await log.append(event(3)) == Place(epoch, 3)
    assert (await log.head("u1")).first == 3
    assert [frame.seq for frame in await log.read_run("u1", "r1")] == [3]


async def test_after_a_day_a_user_is_forgotten_unless_somebody_watches(make_log, clock):
    log = await make_log()
    await fill(log, 1)
    await log.append(event(1, user="u2"))
    epochs = {user: (await log.head(user)).epoch for user in ("u1", "u2")}
    watch = log.watch("u2")
    await tidy(log)
    clock.advance(86_401)
    await tidy(log)
    assert (await log.head("u1")).epoch != epochs["u1"]
    assert (await log.head("u2")).epoch == epochs["u2"]
    watch.close()
    watch.close()


async def test_a_watch_wakes_every_reader_once_the_head_passes(make_log):
    log, woken = await make_log(), []

    async def reader(name: str, after: int) -> None:
        watch = log.watch("u1")
        await watch.wait(after)
        watch.close()
        woken.append(name)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(reader, "one", 0)
        tasks.start_soon(reader, "two", 0)
        tasks.start_soon(reader, "later", 1)
        await anyio.wait_all_tasks_blocked()
        await log.append(event(1))
        await anyio.wait_all_tasks_blocked()
        assert sorted(woken) == ["one", "two"]
        await log.append(event(2))
    assert woken[2] == "later"


async def test_the_events_of_one_run_can_be_read_alone(make_log):
    log = await make_log()
    for n in (1, 2):
        await log.append(event(n, "a"))
        await log.append(event(n, "b"))
    assert [f.seq for f in await log.read_run("u1", "b")] == [2, 4]
    assert await log.read_run("nobody", "b") == []


async def test_reading_is_paged(make_log):
    log = await make_log()
    await fill(log, 5)
    assert [f.seq for f in await log.read("u1", 1, limit=2)] == [2, 3]


async def test_one_answer_holds_few_bytes_however_many_events_wait(make_log):
    """Who catches up, or has stopped reading, holds one answer: it must not be all there is."""
    log, size = await make_log(events=20, size=1 << 24), READ_BYTES // 4
    watch = log.watch("u1")
    for n in range(1, 11):
        await log.append(event(n, text="x" * size))
    await log.append(event(11, text="x" * (2 * READ_BYTES)))
    await log.append(event(12))
    seqs, after = [], 0
    while frames := await log.read("u1", after):
        seqs.append([frame.seq for frame in frames])
        after = frames[-1].seq
    assert seqs == [[1, 2, 3], [4, 5, 6], [7, 8, 9], [10], [11], [12]]
    watch.close()


async def test_a_fenced_run_takes_nothing_from_its_former_owner(make_log):
    log = await make_log()
    await log.append(event(1), 1)
    await log.fence("u1", "r1", 2)
    await log.fence("u1", "r1", 1)  # late: changes nothing
    with pytest.raises(Superseded, match="run r1 was taken over"):
        await log.append(event(2), 1)
    assert (await log.append(event(2), 2)).seq == 2
    assert (await log.append(event(1, "r2"))).seq == 3
    assert (await log.append(event(1, "r1", user="u2"))).seq == 1
    await log.check()
