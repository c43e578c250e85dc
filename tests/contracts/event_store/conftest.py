"""Every durable place for events, behind one fixture."""

from abc import ABC, abstractmethod

import pytest

from adapters.event_log.store import Entry, EventStore, KeptBounds
from adapters.redis.events import RedisEventStore
from adapters.redis.link import RedisLink
from tests.build import build

ENGINES = [pytest.param("redis_place", id="redis", marks=pytest.mark.needs("redis-server"))]


class StorePlace(ABC):
    """One durable place, which several processes may open."""

    @abstractmethod
    def store(self, events: int = 8, seconds: float = 600) -> EventStore:
        """Open the place as one more process does."""

    @abstractmethod
    async def advance(self, seconds: float) -> None:
        """Let time pass by the place's own clock."""


class RedisPlace(StorePlace):
    """The keys of one test; time passes by making them end sooner."""

    def __init__(self, link: RedisLink, prefix: str) -> None:
        self._link, self._prefix = link, prefix

    def store(self, events: int = 8, seconds: float = 600) -> EventStore:
        return build(RedisEventStore, self._link, KeptBounds(events, seconds), self._prefix)

    async def advance(self, seconds: float) -> None:
        for key in await self._link.say("KEYS", f"{self._prefix}:*"):
            left = await self._link.say("PTTL", key)
            await self._link.say("PEXPIRE", key, left - int(seconds * 1000))


@pytest.fixture
def redis_place(redis_link: RedisLink, redis_prefix: str) -> StorePlace:
    return RedisPlace(redis_link, redis_prefix)


@pytest.fixture(params=ENGINES)
def place(request: pytest.FixtureRequest) -> StorePlace:
    found: StorePlace = request.getfixturevalue(request.param)
    return found


def entry(run_seq: int, run: str = "r1", user: str = "u1", fence: int = 0, text: str = "") -> Entry:
    """Return an event to keep."""
    return Entry(user, run, run_seq, f'{{"run_seq":{run_seq},"text":"{text}"}}'.encode(), fence)
