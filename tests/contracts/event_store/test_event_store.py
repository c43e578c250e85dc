"""What every durable place for events promises."""

import anyio
import orjson
import pytest

from adapters.event_log.store import Answer, Change, EventStore
from services.errors import Superseded
from services.ports.events import Head, Lapped, Place
from tests.contracts.event_store.conftest import StorePlace, entry


async def append(store: EventStore, *entries) -> list[int]:
    return [seq_of(answer) for answer in await store.append(entries)]


def seq_of(answer: Answer) -> int:
    assert isinstance(answer, Place)
    return answer.seq


async def head(store: EventStore, user: str = "u1") -> Head:
    return (await store.heads([user]))[user]


async def test_seq_is_contiguous_from_one_whoever_appends(place: StorePlace):
    one, other = place.store(), place.store()
    assert await append(one, entry(1, "a"), entry(1, "b")) == [1, 2]
    assert await append(other, entry(2, "a")) == [3]
    standing, frames = await one.read("u1", 0, 10)
    assert [(frame.seq, frame.run_id, frame.epoch) for frame in frames] == [
        (1, "a", standing.epoch),
        (2, "b", standing.epoch),
        (3, "a", standing.epoch),
    ]
    wire = orjson.loads(frames[2].data)
    assert (wire["run_seq"], wire["seq"], wire["epoch"]) == (2, 3, standing.epoch)


async def test_many_processes_together_give_every_number_once(place: StorePlace):
    stores, seqs = [place.store(events=100) for _ in range(4)], []

    async def producer(n: int) -> None:
        for run_seq in range(1, 11):
            seqs.extend(await append(stores[n], entry(run_seq, f"r{n}")))

    async with anyio.create_task_group() as tasks:
        for n in range(4):
            tasks.start_soon(producer, n)
    assert seqs != sorted(seqs) or len(seqs) == 40
    assert sorted(seqs) == list(range(1, 41))


async def test_the_epoch_is_the_same_for_all_that_ask_first_at_the_same_time(place: StorePlace):
    epochs = set()

    async def ask(store: EventStore) -> None:
        epochs.add((await head(store)).epoch)

    async with anyio.create_task_group() as tasks:
        for _ in range(8):
            tasks.start_soon(ask, place.store())
    assert len(epochs) == 1
    assert [each.epoch for each in await place.store().append([entry(1)]) if isinstance(each, Place)] == [
        *epochs
    ]


async def test_a_log_that_nobody_wrote_to_has_an_epoch_by_reading(place: StorePlace):
    standing, frames = await place.store().read("u1", 0, 10)
    assert (standing.first, standing.head, frames) == (1, 0, [])
    assert await head(place.store()) == standing


async def test_users_are_apart(place: StorePlace):
    store = place.store()
    users = ("u1", "u2", "u}1", "{u1}", "")
    answers = await store.append([entry(1, user=user, text=user) for user in users])
    assert [seq_of(answer) for answer in answers] == [1] * len(users)
    for user in users:
        _, frames = await store.read(user, 0, 10)
        assert [orjson.loads(frame.data)["text"] for frame in frames] == [user]
    assert len({standing.epoch for standing in (await store.heads(users)).values()}) == len(users)


async def test_a_repetition_returns_the_first_place_from_whichever_process(place: StorePlace):
    store = place.store()
    await append(store, entry(1), entry(2), entry(1, "other"), entry(3))
    assert await append(place.store(), entry(3), entry(2), entry(1)) == [4, 2, 1]
    assert await append(store, entry(4), entry(4)) == [5, 5]
    assert (await head(store)).head == 5
    assert await store.last_run_seq("u1", "r1") == 4
    assert await store.last_run_seq("u1", "unknown") == 0


async def test_a_repetition_of_what_was_trimmed_says_so(place: StorePlace):
    store = place.store(events=3)
    await append(store, *[entry(n) for n in range(1, 6)])
    (answer,) = await store.append([entry(1)])
    assert isinstance(answer, Lapped)
    assert (answer.after, answer.head) == (1, await head(store))


async def test_exactly_the_newest_events_are_kept(place: StorePlace):
    store = place.store(events=3)
    await append(store, *[entry(n) for n in range(1, 8)])
    standing = await head(store)
    assert (standing.first, standing.head) == (5, 7)
    assert [frame.seq for frame in (await store.read("u1", 4, 10))[1]] == [5, 6, 7]
    assert await store.read("u1", 3, 10) == (standing, [])
    assert await store.read("u1", 8, 10) == (standing, [])
    assert await store.read("u1", 7, 10) == (standing, [])


async def test_reading_is_paged(place: StorePlace):
    store = place.store()
    await append(store, *[entry(n) for n in range(1, 6)])
    assert [frame.seq for frame in (await store.read("u1", 1, 2))[1]] == [2, 3]


async def test_the_events_of_one_run_are_read_alone(place: StorePlace):
    store = place.store(events=4)
    for n in (1, 2, 3):
        await append(store, entry(n, "a"), entry(n, "b"))
    assert [(frame.seq, frame.run_id) for frame in await store.read_run("u1", "b")] == [(4, "b"), (6, "b")]
    assert await store.read_run("u2", "b") == []


async def test_events_go_after_their_time_and_the_position_stays(place: StorePlace):
    store = place.store(seconds=600)
    await append(store, entry(1), entry(2))
    before = await head(store)
    await place.advance(601)
    await store.trim([])
    assert await head(store) == Head(before.epoch, 3, 2)
    assert await append(store, entry(3)) == [3]


async def test_a_further_event_lets_all_of_them_live_on(place: StorePlace):
    store = place.store(seconds=600)
    await append(store, entry(1))
    await place.advance(500)
    await append(store, entry(2))
    await place.advance(500)
    await store.trim([])
    assert (await head(store)).first == 1


async def test_after_a_day_a_log_is_forgotten_unless_somebody_watches(place: StorePlace):
    store = place.store()
    await append(store, entry(1), entry(1, user="u2"))
    before = await store.heads(["u1", "u2"])
    for _ in range(2):
        await place.advance(80_000)
        await store.trim(["u2"])
    after = await store.heads(["u1", "u2"])
    assert after["u1"].epoch != before["u1"].epoch
    assert (after["u2"].epoch, after["u2"].head) == (before["u2"].epoch, 1)


async def test_a_fence_holds_for_every_process_and_never_goes_down(place: StorePlace):
    store, other = place.store(), place.store()
    await append(store, entry(1, fence=1))
    await other.fence("u1", "r1", 2)
    await other.fence("u1", "r1", 1)
    late, mine, elsewhere = await store.append([entry(2, fence=1), entry(2, fence=2), entry(1, user="u2")])
    assert isinstance(late, Superseded)
    assert (seq_of(mine), seq_of(elsewhere)) == (2, 1)


async def test_a_fence_comes_before_the_first_event(place: StorePlace):
    store = place.store()
    await store.fence("u1", "r1", 5)
    (answer,) = await store.append([entry(1, fence=4)])
    assert isinstance(answer, Superseded)


async def test_a_batch_keeps_each_users_order(place: StorePlace):
    store = place.store(events=100)
    batch = [entry(n, user=user) for n in range(1, 21) for user in ("u1", "u2")]
    assert await append(store, *batch) == [n for n in range(1, 21) for _ in range(2)]


async def test_moved_since_finds_what_others_appended(place: StorePlace):
    store, other = place.store(), place.store()
    await append(store, entry(1), entry(1, user="u2"))
    mark, changes = await store.moved_since("", ["u1", "u2"])
    assert {change.user_id: change.place.seq for change in changes} == {"u1": 1, "u2": 1}
    await append(other, entry(2), entry(2, user="u3"))
    _, changes = await store.moved_since(mark, ["u1", "u2"])
    assert ("u1", 2) in {(change.user_id, change.place.seq) for change in changes}
    assert "u3" not in {change.user_id for change in changes}


async def test_who_follows_hears_of_what_others_append(place: StorePlace):
    store, other, heard = place.store(), place.store(), []

    def moved(change: Change | None) -> None:
        heard.append(change)
        if change is not None or len(heard) == 1:
            told.set()

    with anyio.fail_after(20):
        async with anyio.create_task_group() as tasks:
            told = anyio.Event()
            tasks.start_soon(store.follow, moved)
            await told.wait()
            assert heard == [None]
            told = anyio.Event()
            (answer,) = await other.append([entry(1)])
            await told.wait()
            tasks.cancel_scope.cancel()
    change = heard[-1]
    assert change is not None
    assert (change.user_id, change.place) == ("u1", answer)
    if change.frame is not None:
        assert [change.frame] == (await other.read("u1", 0, 1))[1]


async def test_a_cancelled_append_is_whole_or_not_there_and_may_be_repeated(place: StorePlace):
    store = place.store(events=1000)
    for n in range(1, 30):
        with anyio.move_on_after(0.0002 * (n % 7)):
            await store.append([entry(n), entry(n, "b")])
        assert len(await store.append([entry(n), entry(n, "b")])) == 2
    _, frames = await store.read("u1", 0, 1000)
    assert [frame.seq for frame in frames] == list(range(1, 59))
    for run in ("r1", "b"):
        kept = [orjson.loads(frame.data)["run_seq"] for frame in frames if frame.run_id == run]
        assert kept == list(range(1, 30))


async def test_check_returns_where_events_can_be_kept(place: StorePlace):
    await place.store().check()


@pytest.mark.parametrize("text", ["", "ü€😀", "\\u0000", "x" * 100_000])
async def test_a_body_comes_back_as_it_went(place: StorePlace, text: str):
    store = place.store()
    await append(store, entry(1, text=text))
    _, (frame,) = await store.read("u1", 0, 1)
    assert orjson.loads(frame.data)["text"] == orjson.loads(f'"{text}"')
