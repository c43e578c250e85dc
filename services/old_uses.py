"""How often old names are used, by call site: counted in memory, stored once a second.

A count of the last second is lost when the process is killed; nobody's call waits for the store.
"""

import threading
from contextlib import suppress

import anyio
import structlog

from services.background import Background
from services.errors import Unavailable
from services.ports.old_uses import CallSite, OldUseStore, UseCount
from services.sealed import Sealed

EVERY_S = 1.0
LAST_S = 1.0
"""Seconds that storing the last counts may take at the end."""

log = structlog.get_logger(__name__)


class OldUses(Background, metaclass=Sealed):
    """Entered, it stores what was counted. Counting may be done from any thread."""

    def __init__(self, store: OldUseStore) -> None:
        self._store = store
        self._lock, self._storing = threading.Lock(), anyio.Lock()
        self._seen: set[CallSite] = set()
        self._unstored: dict[CallSite, UseCount] = {}

    def count(self, site: CallSite, *, refused: bool = False) -> bool:
        """Count one use; return whether it is the first of this site in this process."""
        with self._lock:
            first = site not in self._seen
            self._seen.add(site)
            before = self._unstored.get(site, UseCount(0, 0))
            self._unstored[site] = UseCount(before.uses + 1, before.refused + refused)
        return first

    async def store(self) -> None:
        """Store all that was counted before; raises ``Unavailable`` and then loses nothing."""
        async with self._storing:
            with self._lock:
                counted, self._unstored = self._unstored, {}
            if not counted:
                return
            try:
                await self._store.add(counted)
            except BaseException:
                self._take_back(counted)
                raise

    async def work(self) -> None:
        """Store once a second."""
        while True:
            await anyio.sleep(EVERY_S)
            try:
                await self.store()
            except Unavailable:
                log.warning("old_uses_not_stored")

    async def finish(self) -> None:
        """Store the last counts, or say that they are lost."""
        with anyio.move_on_after(LAST_S, shield=True), suppress(Unavailable):
            await self.store()
        if self._unstored:
            log.warning("old_uses_lost", call_sites=len(self._unstored))

    def _take_back(self, counted: dict[CallSite, UseCount]) -> None:
        with self._lock:
            for site, (uses, refused) in counted.items():
                since = self._unstored.get(site, UseCount(0, 0))
                self._unstored[site] = UseCount(since.uses + uses, since.refused + refused)
