"""Port: which processes are alive, as all of them agree.

A replica is one process while it is up, known by an id made at its start. It holds a lease that it renews;
when it dies the lease runs out by the engine's own clock, and others end what it left.
"""

from abc import ABC, abstractmethod
from collections.abc import Collection


class Leases(ABC):
    """Exact across all processes that share the engine. Raises ``Unavailable`` when that is out of reach."""

    @abstractmethod
    async def hold(self, replica: str, seconds: float) -> None:
        """Make this replica's lease last until ``seconds`` from now, whether it had one or not."""

    @abstractmethod
    async def release(self, replica: str) -> None:
        """End the lease at once. May be called twice."""

    @abstractmethod
    async def without(self, replicas: Collection[str]) -> frozenset[str]:
        """Return those of the replicas that hold no lease now."""
