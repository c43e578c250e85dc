"""Documented stand-ins for roles, for tests of one part; the application's own tests use the real ones."""

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import anyio

from containers.testing import FakeClock
from services.errors import NotFound
from services.ports.calls import CallRecord, CallStore
from services.ports.clock import Clock
from services.ports.ephemeral import Ephemeral
from services.ports.notices import Heard, Notices

__all__ = ["CountedMetrics", "FakeClock", "HereNotices", "HereValues", "KeptCalls", "NobodyListens"]


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


class NobodyListens:
    """A ``Listeners`` without sockets."""

    listening = False

    def has(self, user_id: str) -> bool:
        return self.listening


async def pieces(path: Path) -> AsyncGenerator[bytes, None]:
    """A file's content, as a ``FileStore`` hands it on."""
    yield await anyio.Path(path).read_bytes()
