"""Trouble between a measured server and its event store: wake-ups that never come, appends that come twice.

Servers of a measurement are started with it when that is asked for (``containers.faulty``); no other way
leads here.
"""

import random
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from adapters.event_log.store import Answer, Change, Entry, EventStore, Moved
from services.ports.events import Frame, Head
from services.sealed import Sealed


@dataclass(slots=True)
class Faults:
    """``drop`` of a hundred wake-ups never come, ``repeat`` of a hundred appends are made again.

    Each fault leaves a byte in a file of ``notes``: what a killed server did counts too.
    """

    drop: float
    repeat: float
    notes: Path

    def happens(self, percent: float, name: str) -> bool:
        """Return whether it happens this time; then it is noted under that name."""
        if random.random() * 100 >= percent:  # noqa: S311 - chance, not secrecy
            return False
        with (self.notes / name).open("ab", buffering=0) as file:
            file.write(b".")
        return True

    def noted(self) -> Counter[str]:
        """Return how often each happened, in all servers together."""
        return Counter({file.name: file.stat().st_size for file in sorted(self.notes.iterdir())})


class FaultyEventStore(EventStore, metaclass=Sealed):
    """Hands everything on to the real store, with faults on the way."""

    def __init__(self, store: EventStore, faults: Faults) -> None:
        self._store, self._faults = store, faults

    async def append(self, entries: Sequence[Entry]) -> Sequence[Answer]:
        """Keep the entries, then some again, as who missed the answer does; the second one counts."""
        answers = [*await self._store.append(entries)]
        again = [n for n in range(len(entries)) if self._faults.happens(self._faults.repeat, "repeated")]
        if again:
            for n, answer in zip(again, await self._store.append([entries[n] for n in again]), strict=True):
                answers[n] = answer
        return answers

    async def follow(self, moved: Moved) -> None:
        """Follow the store; some wake-ups are not passed on."""

        def heard(change: Change | None) -> None:
            if change is None or not self._faults.happens(self._faults.drop, "dropped"):
                moved(change)

        await self._store.follow(heard)

    async def heads(self, user_ids: Collection[str]) -> Mapping[str, Head]:
        """Ask the store."""
        return await self._store.heads(user_ids)

    async def moved_since(self, mark: str, user_ids: Collection[str]) -> tuple[str, Sequence[Change]]:
        """Ask the store."""
        return await self._store.moved_since(mark, user_ids)

    async def read(self, user_id: str, after: int, limit: int) -> tuple[Head, Sequence[Frame]]:
        """Ask the store."""
        return await self._store.read(user_id, after, limit)

    async def read_run(self, user_id: str, run_id: str) -> Sequence[Frame]:
        """Ask the store."""
        return await self._store.read_run(user_id, run_id)

    async def last_run_seq(self, user_id: str, run_id: str) -> int:
        """Ask the store."""
        return await self._store.last_run_seq(user_id, run_id)

    async def fence(self, user_id: str, run_id: str, token: int) -> None:
        """Tell the store."""
        await self._store.fence(user_id, run_id, token)

    async def trim(self, watched: Collection[str]) -> None:
        """Tell the store."""
        await self._store.trim(watched)

    async def check(self) -> None:
        """Ask the store."""
        await self._store.check()
