"""What is done about wake-ups that never came: rings are compared with the store again and again."""

import anyio

from adapters.event_log.appending import Appending
from adapters.event_log.healing import Healing
from adapters.event_log.rings import Rings
from adapters.event_log.store import Change, EventStore
from services.errors import Unavailable

WHOLE_LOOK = 30
"""Of so many looks one compares everything: it also finds logs that vanished or lost their tail."""
TRIM_S = 60.0


class Positions:
    """One question to the store for all rings, whatever their number."""

    def __init__(
        self, store: EventStore, rings: Rings, healing: Healing, appending: Appending, every: float
    ) -> None:
        self._store, self._rings, self._healing, self._appending = store, rings, healing, appending
        self._every, self._mark, self._looks = every, "", 0
        self._hurry = anyio.Event()

    def moved(self, change: Change | None) -> None:
        """Take a wake-up; None is a reason to look everywhere at once."""
        if change is None:
            self._looks = 0
            self._hurry.set()
            return
        ring = self._rings.of(change.user_id)
        if ring is None:
            return
        frame = change.frame
        if ring.hear(change.place) if frame is None else ring.land(change.place, lambda: frame):
            self._healing.want(change.user_id)

    async def look(self) -> None:
        """Compare all rings with the store once; raises ``Unavailable``."""
        whole = self._looks % WHOLE_LOOK == 0
        heads = {user_id: ring.head for user_id, ring in self._rings if ring.epoch}
        mark, changes = await self._store.moved_since("" if whole else self._mark, heads.keys())
        self._mark = mark
        self._looks += 1
        await self._appending.rest()  # what we appended ourselves is on its way to the ring
        for change in changes:
            self._compare(change, heads.get(change.user_id, 0))
        if whole:
            for user_id in heads.keys() - {change.user_id for change in changes}:
                self._healing.want(user_id)
        for user_id, ring in self._rings:
            if ring.behind:
                self._healing.want(user_id)

    def _compare(self, change: Change, head: int) -> None:
        ring = self._rings.of(change.user_id)
        if ring is not None and (ring.hear(change.place) or change.place.seq < head):
            self._healing.want(change.user_id, change.place.seq)

    async def run(self) -> None:
        """Look until cancelled."""
        trim_at = anyio.current_time() + TRIM_S
        while True:
            with anyio.move_on_after(self._every):
                await self._hurry.wait()
            self._hurry = anyio.Event()
            try:
                await self.look()
                if anyio.current_time() >= trim_at:
                    trim_at += TRIM_S
                    await self._store.trim(self._rings.users())
            except Unavailable:
                continue  # the store is away, and says so where it matters
