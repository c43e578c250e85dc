"""How rings learn from the store: every answer of the store passes here, and rings that lag are read up.

Questions for heads gather into one; what a reader asked for also serves the ring.
"""

from collections.abc import Mapping, Sequence

import anyio
from anyio.abc import TaskGroup

from adapters.event_log.gathering import Gathering
from adapters.event_log.ring import Ring
from adapters.event_log.rings import Rings
from adapters.event_log.store import EventStore
from adapters.storage.faults import unavailable
from services.errors import Unavailable
from services.ports.events import Frame, Head
from services.ports.metrics import Metrics

AT_ONCE = 4
PAGE = 256


class Healing:
    """Asks the store and lets the rings learn. ``want`` may be called at any time; it never waits."""

    def __init__(self, store: EventStore, rings: Rings, metrics: Metrics) -> None:
        self._store, self._rings, self._metrics = store, rings, metrics
        self._heads: Gathering[str, Head] = Gathering(self._look, 1000)
        self._wanted: dict[str, int] = {}
        self._stir = anyio.Event()

    async def head(self, user_id: str) -> Head:
        """Return where the store stands, asked after this call."""
        ring = self._rings.of(user_id)
        ticket = None if ring is None else ring.ticket()
        head = await self._heads.ask(user_id)
        if ring is not None and ticket is not None:
            ring.learn(ticket, head)
            if ring.behind:
                self.want(user_id)
        return head

    async def read(self, user_id: str, after: int, limit: int) -> tuple[Head, Sequence[Frame]]:
        """Return the store's head and the frames after a place."""
        ring = self._rings.of(user_id)
        if ring is None:
            return await self._store.read(user_id, after, limit)
        ticket = ring.ticket()
        head, frames = await self._store.read(user_id, after, limit)
        ring.learn(ticket, head, frames if after == ticket.head else None)
        if ring.behind:
            self.want(user_id)
        return head, frames

    def want(self, user_id: str, missed: int = 0) -> None:
        """Have this user's ring ask the store soon; ``missed`` is an event it ought to have heard of."""
        self._wanted[user_id] = max(missed, self._wanted.get(user_id, 0))
        self._stir.set()

    def start(self, tasks: TaskGroup) -> None:
        """Begin."""
        self._heads.start(tasks)
        for _ in range(AT_ONCE):
            tasks.start_soon(self._heal)

    async def close(self) -> None:
        """Answer what was asked and take no more."""
        await self._heads.close()

    async def _heal(self) -> None:
        while True:
            while not self._wanted:
                if self._stir.is_set():
                    self._stir = anyio.Event()
                await self._stir.wait()
            user_id = next(iter(self._wanted))
            missed = self._wanted.pop(user_id)
            ring = self._rings.of(user_id)
            if ring is None:
                continue
            try:
                await self._read_up(user_id, ring, missed)
            except Unavailable:
                continue  # the next position check finds it still behind

    async def _read_up(self, user_id: str, ring: Ring, missed: int) -> None:
        if not ring.epoch:
            await self.head(user_id)
            return
        ticket = ring.ticket()
        head, frames = await self._store.read(user_id, ring.head, PAGE)
        if missed > ring.head or head.epoch != ring.epoch:
            self._metrics.healed()
        ring.learn(ticket, head, frames)
        if ring.behind:
            self.want(user_id)

    async def _look(self, user_ids: Sequence[str]) -> Sequence[Head | Exception]:
        try:
            heads: Mapping[str, Head] = await self._store.heads(set(user_ids))
        except Unavailable as error:
            return [unavailable(error.detail) for _ in user_ids]
        except Exception as error:  # noqa: BLE001 - an id that cannot be asked for costs the others nothing
            if len(user_ids) == 1:
                return [error]
            middle = len(user_ids) // 2
            return [*await self._look(user_ids[:middle]), *await self._look(user_ids[middle:])]
        return [heads[user_id] for user_id in user_ids]
