"""Leases of one process, in memory: for tests and for whoever embeds a process that is surely alone."""

from collections.abc import Collection

from services.ports.clock import Clock
from services.ports.leases import Leases
from services.sealed import Sealed


class MemoryLeases(Leases, metaclass=Sealed):
    """When each replica's lease ends. For the loop's thread only."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ends: dict[str, float] = {}

    async def hold(self, replica: str, seconds: float) -> None:
        """Return what the port says."""
        self._ends[replica] = self._clock.monotonic() + seconds

    async def release(self, replica: str) -> None:
        """Return what the port says."""
        self._ends.pop(replica, None)

    async def without(self, replicas: Collection[str]) -> frozenset[str]:
        """Return what the port says."""
        now = self._clock.monotonic()
        return frozenset(replica for replica in replicas if self._ends.get(replica, now) <= now)
