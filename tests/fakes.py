"""Documented stand-ins for roles, for tests of one part; the application's own tests use the real ones."""

from collections.abc import AsyncGenerator, Collection, Sequence
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel

from adapters.alone.limits import MemoryLimits
from containers.testing import FakeClock
from services.errors import NotFound
from services.ports.calls import CallRecord, CallStore
from services.ports.clock import Clock
from services.ports.ephemeral import Ephemeral
from services.ports.limits import Limits, Place
from services.ports.notices import Heard, Notices
from tests.build import build

__all__ = [
    "CountedMetrics",
    "FakeClock",
    "HereNotices",
    "HereValues",
    "KeptCalls",
    "NobodyListens",
    "SharedLimits",
]


class KeptCalls(CallStore):
    """Keeps records in a dictionary."""

    def __init__(self) -> None:
        self.records: dict[str, CallRecord] = {}

    def keep(self, record: CallRecord) -> None:
        self.records[record.call_id] = record

    async def call(self, user_id: str, run_id: str, call_id: str) -> CallRecord:
        record = self.records.get(call_id)
        if record is None or (record.user_id, record.run_id) != (user_id, run_id):
            raise NotFound("no such call")
        return record


class CountedMetrics:
    """Remembers what was counted; takes every measurement there is."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, tuple[Any, ...]]] = []

    def __getattr__(self, name: str) -> Any:
        def count(*values: Any) -> None:
            self.seen.append((name, values))

        return count

    def of(self, name: str) -> list[tuple[Any, ...]]:
        """Return what one measurement was given."""
        return [values for seen, values in self.seen if seen == name]


class HereValues(Ephemeral):
    """Short-lived values of one process, in a dictionary."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.values: dict[tuple[str, str], tuple[str, float]] = {}

    async def put(self, kind: str, key: str, value: str, seconds: float) -> None:
        self.values[kind, key] = value, self._clock.monotonic() + seconds

    async def add(self, kind: str, key: str, value: str, seconds: float) -> str | None:
        there = await self.get(kind, key)
        if there is None:
            await self.put(kind, key, value, seconds)
        return there

    async def get(self, kind: str, key: str) -> str | None:
        value, until = self.values.get((kind, key), (None, 0.0))
        return value if self._clock.monotonic() < until else None

    async def of_kind(self, kind: str, most: int) -> Sequence[str]:
        now, some = self._clock.monotonic(), sorted(self.values.items(), key=lambda item: item[1][1])
        return [value for (of, _), (value, until) in some if of == kind and now < until][:most]

    async def take(self, kind: str, key: str) -> str | None:
        value = await self.get(kind, key)
        self.values.pop((kind, key), None)
        return value


class HereNotices(Notices):
    """Notices that nobody else hears; ``posted`` lists them, ``trouble`` is raised instead."""

    def __init__(self) -> None:
        self.hearers: dict[str, list[Heard]] = {}
        self.posted: list[tuple[str, str]] = []
        self.trouble: Exception | None = None

    async def post(self, kind: str, subject: str) -> None:
        if self.trouble is not None:
            raise self.trouble
        self.posted.append((kind, subject))
        for heard in self.hearers.get(kind, ()):
            heard(subject)

    def hear(self, kind: str, heard: Heard) -> None:
        self.hearers.setdefault(kind, []).append(heard)


class SharedLimits(Limits):
    """Limits that others share: each question suspends; ``gate`` is waited for, ``trouble`` is raised."""

    def __init__(self, clock: Clock) -> None:
        self._limits = build(MemoryLimits, clock)
        self.trouble: Exception | None = None
        self.gate: anyio.Event | None = None
        self.asked: list[str] = []

    @property
    def shared(self) -> bool:
        return True

    async def take(self, place: Place, most: int, seconds: float) -> float | None:
        await self._reached("take")
        return await self._limits.take(place, most, seconds)

    async def give(self, places: Collection[Place]) -> None:
        await self._reached("give")
        await self._limits.give(places)

    async def keep(self, places: Collection[Place], seconds: float) -> frozenset[Place]:
        await self._reached("keep")
        return await self._limits.keep(places, seconds)

    async def hit(self, key: str, most: int, window_s: float) -> float | None:
        await self._reached("hit")
        return await self._limits.hit(key, most, window_s)

    async def _reached(self, asked: str) -> None:
        await anyio.lowlevel.checkpoint()
        self.asked.append(asked)
        if self.gate is not None:
            await self.gate.wait()
        if self.trouble is not None:
            raise self.trouble


class NobodyListens:
    """A ``Listeners`` without sockets."""

    listening = False

    def has(self, user_id: str) -> bool:
        return self.listening


async def pieces(path: Path) -> AsyncGenerator[bytes, None]:
    """A file's content, as a ``FileStore`` hands it on."""
    yield await anyio.Path(path).read_bytes()
