"""Documented stand-ins for roles, for tests of one part; the application's own tests use the real ones."""

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import anyio

from containers.testing import FakeClock
from services.errors import NotFound
from services.ports.calls import CallRecord, CallStore

__all__ = ["CountedMetrics", "FakeClock", "KeptCalls", "NobodyListens"]


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


class NobodyListens:
    """A ``Listeners`` without sockets."""

    listening = False

    def has(self, user_id: str) -> bool:
        return self.listening


async def pieces(path: Path) -> AsyncGenerator[bytes, None]:
    """A file's content, as a ``FileStore`` hands it on."""
    yield await anyio.Path(path).read_bytes()
