"""The event log over a durable place: appends share writes, readers share rings, and the place decides.

A wake-up may be missing, a process may append beside us, and the place may lose its tail: every ring is
compared with the place again and again (``positions``), and heals by reading what it missed (``healing``).
"""

from collections.abc import Sequence
from types import TracebackType
from typing import Self

from anyio import CancelScope, create_task_group
from anyio.abc import TaskGroup

from adapters.event_log.appending import Appending
from adapters.event_log.frames import body
from adapters.event_log.healing import Healing
from adapters.event_log.newest import RingBounds
from adapters.event_log.positions import Positions
from adapters.event_log.rings import Rings
from adapters.event_log.store import Entry, EventStore
from services.events import RunEvent
from services.ports.events import EventLog, Frame, Head, Lapped, Place, Watch
from services.ports.metrics import Metrics
from services.sealed import Sealed


class StoredEventLog(EventLog, metaclass=Sealed):
    """Appends are answered once they are durable. Leaving stores what is queued, also when cancelled.

    A ring is kept for each user who is watched here, within ``bounds``; every ``position_check`` seconds all
    rings are compared with the place.
    """

    def __init__(
        self, store: EventStore, metrics: Metrics, bounds: RingBounds, position_check: float = 1.0
    ) -> None:
        self._store = store
        self._rings = Rings(bounds)
        self._healing = Healing(store, self._rings, metrics)
        self._appending = Appending(store, self._rings, self._healing)
        self._positions = Positions(store, self._rings, self._healing, self._appending, position_check)
        self._tasks: TaskGroup | None = None

    async def append(self, event: RunEvent, fence: int = 0) -> Place:
        """Store the event; see the port. Waits for the disk together with whatever is appended meanwhile."""
        entry = Entry(event.user_id, event.run_id, event.run_seq, body(event), fence)
        return await self._appending.append(entry)

    async def fence(self, user_id: str, run_id: str, token: int) -> None:
        """Refuse lower tokens; see the port."""
        await self._store.fence(user_id, run_id, token)

    async def last_run_seq(self, user_id: str, run_id: str) -> int:
        """Return the last number of the run; see the port."""
        return await self._store.last_run_seq(user_id, run_id)

    async def head(self, user_id: str) -> Head:
        """Return where the log stands, as the store says; see the port."""
        return await self._healing.head(user_id)

    async def read(self, user_id: str, after: int, limit: int = 256) -> Sequence[Frame]:
        """Return the next frames; see the port. What the ring does not have comes from the store."""
        ring = self._rings.of(user_id)
        frames = None if ring is None else ring.since(after, limit)
        if frames is not None:
            return frames
        head, frames = await self._healing.read(user_id, after, limit)
        if not frames and after != head.head:
            raise Lapped(after, head)
        return frames

    async def read_run(self, user_id: str, run_id: str) -> Sequence[Frame]:
        """Return the kept frames of one run; see the port."""
        return await self._store.read_run(user_id, run_id)

    def watch(self, user_id: str) -> Watch:
        """Return a wake-up; while it is open the user has a ring, and the log's epoch is not forgotten."""
        watch, fresh = self._rings.watch(user_id)
        if fresh:
            self._healing.want(user_id)
        return watch

    async def check(self) -> None:
        """Return when events can be appended; see the port."""
        await self._store.check()

    async def look(self) -> None:
        """Compare every ring with the store now, and forget what need not be kept."""
        await self._positions.look()
        await self._store.trim(self._rings.users())

    async def __aenter__(self) -> Self:
        self._tasks = await create_task_group().__aenter__()
        self._appending.start(self._tasks)
        self._healing.start(self._tasks)
        self._tasks.start_soon(self._positions.run)
        self._tasks.start_soon(self._store.follow, self._positions.moved)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._tasks is not None
        with CancelScope(shield=True):
            await self._appending.close()
            await self._healing.close()
        self._tasks.cancel_scope.cancel()
        # Only watchers of the store are left in the group; handing it the error would only wrap it.
        await self._tasks.__aexit__(None, None, None)
