"""Where events may be kept. ``log()`` of a durable place is what a further process would open there."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from anyio import sleep_forever
from redis import Redis as SyncRedis

from adapters.event_log.memory import LogBounds, MemoryEventLog
from adapters.event_log.newest import RingBounds
from adapters.event_log.sql.postgres import PostgresEventStore
from adapters.event_log.sql.store import SqlEventStore
from adapters.event_log.store import EventStore, KeptBounds
from adapters.event_log.stored import StoredEventLog
from adapters.redis.address import RedisAddress
from adapters.redis.events import RedisEventStore
from adapters.redis.link import RedisLink
from adapters.storage.places import located
from adapters.storage.postgres import PostgresServer
from adapters.storage.postgres_database import PostgresDatabase
from adapters.storage.sqlite_database import SqliteDatabase
from services.ports.clock import Clock
from services.ports.events import EventLog
from tests.build import build
from tests.fakes import CountedMetrics, FakeClock

SELDOM = 3600.0
"""Position checks are made by the test."""
RING = RingBounds(4, 1 << 16)
"""Smaller than what is kept, so that readers meet both ring and store."""


class Kind(ABC):
    """One kind of place, empty when the test begins."""

    durable = True
    clock: Clock

    @abstractmethod
    def log(
        self, events: int = 8, size: int = 1 << 20, seconds: float = 600
    ) -> AbstractAsyncContextManager[EventLog]:
        """Open a log; further ones are further processes."""


class Memory(Kind):
    """Nothing outlives the process, and there is only one."""

    durable = False

    def __init__(self, clock: Clock) -> None:
        self.clock = clock

    @asynccontextmanager
    async def log(
        self, events: int = 8, size: int = 1 << 20, seconds: float = 600
    ) -> AsyncIterator[EventLog]:
        yield build(MemoryEventLog, self.clock, LogBounds(events, size, seconds))


async def _nothing_comes(_moved: object) -> None:
    await sleep_forever()


class Durable(Kind):
    """A place that several processes use."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.metrics = CountedMetrics()

    @abstractmethod
    def store(self, bounds: KeptBounds) -> AbstractAsyncContextManager[EventStore]:
        """Open it, as a further process would."""

    @asynccontextmanager
    async def log(
        self,
        events: int = 8,
        size: int = 1 << 20,
        seconds: float = 600,
        check: float = SELDOM,
        *,
        deaf: bool = False,
    ) -> AsyncIterator[StoredEventLog]:
        """Open a log; one that is ``deaf`` gets no wake-up."""
        async with self.store(KeptBounds(events, seconds)) as store:
            if deaf:
                store.follow = _nothing_comes  # type: ignore[assignment,method-assign]
            async with build(StoredEventLog, store, self.metrics, RING, check) as log:
                yield log


class Redis(Durable):
    """The keys of one test on a server, whose clock is its own: time passes by making keys end sooner."""

    def __init__(self, clock: FakeClock, url: str, prefix: str) -> None:
        super().__init__(clock)
        self._url, self._prefix = url, prefix
        advance = clock.advance

        def advance_both(seconds: float) -> None:
            advance(seconds)
            self._age(int(seconds * 1000))

        clock.advance = advance_both  # type: ignore[method-assign]

    @asynccontextmanager
    async def store(self, bounds: KeptBounds) -> AsyncIterator[EventStore]:
        async with build(RedisLink, RedisAddress(self._url, 10)) as link:
            yield build(RedisEventStore, link, bounds, self._prefix)

    def _age(self, milliseconds: int) -> None:
        with SyncRedis.from_url(self._url) as server:
            for key in server.scan_iter(f"{self._prefix}:*"):
                server.pexpire(key, server.pttl(key) - milliseconds)


class Sqlite(Durable):
    """A file."""

    def __init__(self, clock: Clock, path: Path, busy_timeout: float = 20) -> None:
        super().__init__(clock)
        self.path, self.busy_timeout = path, busy_timeout

    @asynccontextmanager
    async def store(self, bounds: KeptBounds) -> AsyncIterator[EventStore]:
        async with build(SqliteDatabase, self.path, self.busy_timeout) as database:
            yield build(SqlEventStore, database, self.clock, bounds)


class Postgres(Durable):
    """A database on a server."""

    def __init__(self, clock: Clock, url: str) -> None:
        super().__init__(clock)
        self.url = url

    @asynccontextmanager
    async def store(self, bounds: KeptBounds) -> AsyncIterator[EventStore]:
        server = located(self.url, busy_timeout=20)
        assert isinstance(server, PostgresServer)
        async with build(PostgresDatabase, server, connections=4) as database:
            yield build(PostgresEventStore, database, self.clock, bounds)
