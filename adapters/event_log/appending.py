"""How events reach the store: all that gather while it writes go together, and land in the rings before
anybody is answered.
"""

from collections.abc import Sequence

from anyio.abc import TaskGroup

from adapters.event_log.frames import framed
from adapters.event_log.gathering import Gathering
from adapters.event_log.healing import Healing
from adapters.event_log.rings import Rings
from adapters.event_log.store import Entry, EventStore
from adapters.storage.faults import unavailable
from services.errors import Unavailable
from services.ports.events import Place

MOST = 500
"""Entries of one write."""


class Appending:
    """One write at a time; the order of the calls is the order of a user's events."""

    def __init__(self, store: EventStore, rings: Rings, healing: Healing) -> None:
        self._store, self._rings, self._healing = store, rings, healing
        self._gathering: Gathering[Entry, Place] = Gathering(self._keep, MOST)

    async def append(self, entry: Entry) -> Place:
        """Return the entry's place once it is durable; raises what the port says."""
        return await self._gathering.ask(entry, len(entry.body))

    async def rest(self) -> None:
        """Return once what is being written now has landed in the rings."""
        await self._gathering.rest()

    def start(self, tasks: TaskGroup) -> None:
        """Begin."""
        self._gathering.start(tasks)

    async def close(self) -> None:
        """Store what is queued and take no more."""
        await self._gathering.close()

    async def _keep(self, entries: Sequence[Entry]) -> Sequence[Place | Exception]:
        answers = await self._answers(entries)
        for entry, answer in zip(entries, answers, strict=True):
            ring = self._rings.of(entry.user_id)
            if ring is not None and isinstance(answer, Place):
                self._land(entry, answer)
        return answers

    def _land(self, entry: Entry, place: Place) -> None:
        ring = self._rings.of(entry.user_id)
        if ring is not None and ring.land(place, lambda: framed(entry.run_id, entry.body, place)):
            self._healing.want(entry.user_id)

    async def _answers(self, entries: Sequence[Entry]) -> Sequence[Place | Exception]:
        try:
            return await self._store.append(entries)
        except Unavailable as error:
            return [unavailable(error.detail) for _ in entries]
        except Exception as error:  # noqa: BLE001 - an entry that cannot be stored costs the others nothing
            if len(entries) == 1:
                return [error]
            middle = len(entries) // 2
            return [*await self._answers(entries[:middle]), *await self._answers(entries[middle:])]
