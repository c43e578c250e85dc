"""Redis killed ten times while eight producers append: nothing confirmed is ever contradicted."""

import random
from collections.abc import Sequence

import anyio
import anyio.to_thread
import pytest

from adapters.event_log.frames import framed
from adapters.redis.events import RedisEventStore
from services.errors import Unavailable
from services.ports.events import Place
from tests.adapters.redis.opening import opened
from tests.contracts.event_store.conftest import entry
from tests.engines.redis import MakeServer

pytestmark = pytest.mark.needs("redis-server")
USERS = [f"u{n}" for n in range(4)]
KILLS = 10


class Witness:
    """Remembers which event was ever said to stand where."""

    def __init__(self) -> None:
        self.stood: dict[tuple[str, Place], bytes] = {}
        self.contradictions: list[tuple[str, Place]] = []
        self.confirmed: dict[str, int] = {}
        self.refusals: list[str] = []
        self.progress = anyio.Event()

    def saw(self, user: str, place: Place, data: bytes) -> None:
        if self.stood.setdefault((user, place), data) != data:
            self.contradictions.append((user, place))

    async def all_beyond(self, marks: dict[str, int]) -> None:
        with anyio.fail_after(60):
            while any(self.confirmed.get(run, 0) <= mark for run, mark in marks.items()):
                self.progress = anyio.Event()
                await self.progress.wait()


async def produce(store: RedisEventStore, witness: Witness, user: str, run: str) -> None:
    number = 1
    while True:
        event = entry(number, run, user, text=run)
        try:
            (answer,) = await store.append([event])
        except Unavailable as refused:
            witness.refusals.append(refused.code)
            await anyio.sleep(0.01)  # a producer's pause before it tries again
            continue
        assert isinstance(answer, Place)
        witness.saw(user, answer, framed(run, event.body, answer).data)
        witness.confirmed[run] = number
        witness.progress.set()
        number += 1


async def look(store: RedisEventStore, witness: Witness, users: Sequence[str]) -> None:
    for user in users:
        head = (await store.heads([user]))[user]
        _, frames = await store.read(user, head.first - 1, 100_000)
        for frame in frames:
            witness.saw(user, Place(frame.epoch, frame.seq), frame.data)


@pytest.mark.parametrize(
    ("settings", "lost_bytes"),
    [
        ({"appendonly": "yes", "appendfsync": "always"}, 0),
        ({"appendonly": "yes", "appendfsync": "everysec"}, 20_000),
        ({"appendonly": "no"}, 0),
    ],
    ids=["always", "everysec and power cuts", "nothing kept"],
)
async def test_ten_kills_contradict_nothing_that_was_confirmed(
    redis_server: MakeServer, settings, lost_bytes
):
    server, witness, rng = redis_server(**settings), Witness(), random.Random(5)
    runs = {f"run{n}": USERS[n % len(USERS)] for n in range(8)}
    async with opened(server.url, events=100_000) as store, anyio.create_task_group() as tasks:
        for run, user in runs.items():
            tasks.start_soon(produce, store, witness, user, run)
        await witness.all_beyond(dict.fromkeys(runs, 0))
        for _ in range(KILLS):
            await anyio.to_thread.run_sync(server.kill)
            if lost_bytes:
                server.lose_tail(rng.randrange(lost_bytes))
            await anyio.to_thread.run_sync(server.start)
            async with opened(server.url, events=100_000) as newcomer:
                await look(newcomer, witness, USERS)
            await witness.all_beyond(dict(witness.confirmed))
        tasks.cancel_scope.cancel()
    async with opened(server.url) as newcomer:
        await look(newcomer, witness, USERS)
    assert not witness.contradictions
    assert set(witness.refusals) == {"storage_unavailable"}
    for user in USERS:
        mine = {place: data for (who, place), data in witness.stood.items() if who == user}
        epochs = {place.epoch for place in mine}
        if settings.get("appendfsync") != "always":
            assert len(epochs) == 1 + KILLS
        else:
            assert len(epochs) == 1
            assert sorted(place.seq for place in mine) == list(range(1, len(mine) + 1))
            assert len({data.partition(b',"seq"')[0] for data in mine.values()}) == len(mine)
