"""A store on a server of the test's own: each opening is one more process, with a memory of its own."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from adapters.event_log.store import KeptBounds
from adapters.redis.address import RedisAddress
from adapters.redis.events import RedisEventStore
from adapters.redis.link import RedisLink
from services.ports.events import Place
from tests.build import build
from tests.contracts.event_store.conftest import entry


@asynccontextmanager
async def opened(url: str, *, events: int = 1000) -> AsyncGenerator[RedisEventStore, None]:
    """Open it for the block."""
    async with build(RedisLink, RedisAddress(url, 10)) as link:
        yield build(RedisEventStore, link, KeptBounds(events, 600))


async def append(
    store: RedisEventStore, *run_seqs: int, run: str = "r1", text: str = "", fence: int = 0
) -> list[Place]:
    """Append events of one run of user u1; return their places."""
    answers = await store.append([entry(n, run, text=text, fence=fence) for n in run_seqs])
    assert all(isinstance(answer, Place) for answer in answers)
    return [answer for answer in answers if isinstance(answer, Place)]


async def texts(store: RedisEventStore) -> list[tuple[str, int, bytes]]:
    """Return everything that can be read of user u1."""
    head = (await store.heads(["u1"]))["u1"]
    _, frames = await store.read("u1", head.first - 1, 10_000)
    return [(frame.epoch, frame.seq, frame.data) for frame in frames]
