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

from adapters.alone.leases import MemoryLeases
from adapters.alone.limits import MemoryLimits
from adapters.storage.database import Database
from adapters.storage.ephemeral import SqlEphemeral
from adapters.storage.leases import SqlLeases
from adapters.storage.limits import SqlLimits
from adapters.storage.notices import SqlNotices
from adapters.storage.switches import SqlSwitchStore
from services.ports.ephemeral import Ephemeral
from services.ports.leases import Leases
from services.ports.limits import Limits
from services.ports.switches import SwitchStore
from tests.build import build
from tests.fakes import FakeClock


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


class Sqlite(Engine):
    """A file, opened once by each process."""

    def __init__(self, path: Path, stack: AsyncExitStack) -> None:
        self._path, self._stack, self.clock = path, stack, FakeClock()

    async def pass_time(self, seconds: float) -> None:
        self.clock.advance(seconds)

    async def database(self) -> Database:
        return await self._stack.enter_async_context(build(Database, self._path, busy_timeout=10))

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


@pytest.fixture(params=["alone", "sqlite"])
async def engine(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Engine]:
    """Every engine; a further one is a further parameter here."""
    async with AsyncExitStack() as stack:
        yield Alone() if request.param == "alone" else Sqlite(tmp_path / "soledoor.db", stack)


@pytest.fixture(params=["sqlite"])
async def sql(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Sqlite]:
    """Every database."""
    assert request.param == "sqlite"
    async with AsyncExitStack() as stack:
        yield Sqlite(tmp_path / "soledoor.db", stack)
