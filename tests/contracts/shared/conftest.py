"""Two instances of each shared port over one engine: what two processes are to each other.

An engine that keeps time by a clock of its own lets time pass by waiting; the others have one that is moved
by hand.
"""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import anyio
import pytest
from sqlalchemy import Connection, text

from adapters.alone.leases import MemoryLeases
from adapters.alone.limits import MemoryLimits
from adapters.redis.address import RedisAddress
from adapters.redis.leases import RedisLeases
from adapters.redis.limits import RedisLimits
from adapters.redis.link import RedisLink
from adapters.redis.scripts import Script
from adapters.storage.database import Database
from adapters.storage.ephemeral import SqlEphemeral
from adapters.storage.leases import SqlLeases
from adapters.storage.limits import SqlLimits
from adapters.storage.notices import SqlNotices
from adapters.storage.old_uses import SqlOldUseStore
from adapters.storage.places import located
from adapters.storage.postgres_database import PostgresDatabase
from adapters.storage.sqlite_database import SqliteDatabase
from adapters.storage.statements import SECOND
from adapters.storage.switches import SqlSwitchStore
from services.ports.ephemeral import Ephemeral
from services.ports.leases import Leases
from services.ports.limits import Limits
from services.ports.old_uses import OldUseStore
from services.ports.switches import SwitchStore
from tests.build import build
from tests.fakes import FakeClock

UP_FOR_LONG = Script(
    "local history = string.match(redis.call('INFO', 'replication'), 'master_replid:(%w+)')"
    "return redis.call('HSET', KEYS[1], 'g', history, 't', 0, 'w', 0)"
)


class Engine(ABC):
    """What processes share."""

    async def pass_time(self, seconds: float) -> None:
        """Let so many seconds pass."""
        await anyio.sleep(seconds)

    @abstractmethod
    async def limits(self) -> Limits:
        """Return the limits of a further process."""

    @abstractmethod
    async def leases(self) -> Leases:
        """Return the leases of a further process."""


class Alone(Engine):
    """One process: a second instance is the first."""

    def __init__(self) -> None:
        self._clock = FakeClock()
        self._limits, self._leases = build(MemoryLimits, self._clock), build(MemoryLeases, self._clock)

    async def pass_time(self, seconds: float) -> None:
        self._clock.advance(seconds)

    async def limits(self) -> Limits:
        return self._limits

    async def leases(self) -> Leases:
        return self._leases


class Redis(Engine):
    """The keys of one test, on a server that has been up for long."""

    def __init__(self, link: RedisLink, prefix: str) -> None:
        self._link, self._prefix = link, prefix

    async def limits(self) -> Limits:
        return build(RedisLimits, self._link, self._prefix)

    async def leases(self) -> Leases:
        await self._link.ask(UP_FOR_LONG.on(f"{self._prefix}:{{leases}}"))
        return build(RedisLeases, self._link, self._prefix)


class Sql(Engine):
    """A database, opened once by each process."""

    def __init__(self, stack: AsyncExitStack) -> None:
        self._stack, self.clock = stack, FakeClock()

    @abstractmethod
    def opened(self) -> Database:
        """Return the database of a further process, to be entered."""

    @abstractmethod
    async def number_notices_from(self, number: int) -> None:
        """Let the next notice have this number."""

    async def database(self) -> Database:
        """Return the database of a further process."""
        return await self._stack.enter_async_context(self.opened())

    async def run(self, *statements: str) -> None:
        """Run statements from outside."""

        def work(connection: Connection) -> None:
            for statement in statements:
                connection.execute(text(statement)).close()

        async with self.opened() as database:
            await database.write(work)

    async def limits(self) -> Limits:
        return build(SqlLimits, await self.database(), self.clock)

    async def leases(self) -> Leases:
        return build(SqlLeases, await self.database(), self.clock)

    async def ephemeral(self) -> Ephemeral:
        return build(SqlEphemeral, await self.database(), self.clock)

    async def notices(self) -> SqlNotices:
        return build(SqlNotices, await self.database(), self.clock)

    async def switches(self) -> SwitchStore:
        return build(SqlSwitchStore, await self.database(), self.clock)

    async def old_uses(self) -> OldUseStore:
        return build(SqlOldUseStore, await self.database(), self.clock)


class Sqlite(Sql):
    """A file; its clock is the one that is moved."""

    def __init__(self, stack: AsyncExitStack, path: Path) -> None:
        super().__init__(stack)
        self._path = path

    def opened(self) -> Database:
        return build(SqliteDatabase, self._path, busy_timeout=10)

    async def pass_time(self, seconds: float) -> None:
        self.clock.advance(seconds)

    async def number_notices_from(self, number: int) -> None:
        await self.run(f"INSERT INTO sqlite_sequence VALUES ('notices', {number - 1})")


class Postgres(Sql):
    """A server, which has a clock of its own; for longer than a moment, notices are made older instead."""

    def __init__(self, stack: AsyncExitStack, url: str) -> None:
        super().__init__(stack)
        self._url = url

    def opened(self) -> Database:
        return build(PostgresDatabase, located(self._url, busy_timeout=10), connections=4)

    async def pass_time(self, seconds: float) -> None:
        if seconds > 5:
            await self.run(f"UPDATE notices SET posted_at = posted_at - {round(seconds * SECOND)}")
        else:
            await super().pass_time(seconds)

    async def number_notices_from(self, number: int) -> None:
        await self.run(f"SELECT setval('notices_position_seq', {number}, false)")


SQL = ["sqlite", pytest.param("postgres", marks=pytest.mark.needs("postgres"))]


def _database(kind: str, request: pytest.FixtureRequest, stack: AsyncExitStack, folder: Path) -> Sql:
    if kind == "postgres":
        return Postgres(stack, str(request.getfixturevalue("postgres_url")))
    return Sqlite(stack, folder / "soledoor.db")


@pytest.fixture(params=["alone", *SQL, pytest.param("redis", marks=pytest.mark.needs("redis-server"))])
async def engine(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Engine]:
    """Every engine; a further one is a further parameter here."""
    async with AsyncExitStack() as stack:
        if request.param == "redis":
            address = RedisAddress(request.getfixturevalue("redis_url"), 10)
            link = await stack.enter_async_context(build(RedisLink, address))
            yield Redis(link, request.getfixturevalue("redis_prefix"))
            return
        alone = request.param == "alone"
        yield Alone() if alone else _database(request.param, request, stack, tmp_path)


@pytest.fixture(params=SQL)
async def sql(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Sql]:
    """Every database."""
    async with AsyncExitStack() as stack:
        yield _database(request.param, request, stack, tmp_path)
