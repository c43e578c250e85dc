"""Port: how many at once and how often, counted by all processes together.

A place is held under a key by a holder, for a time; a holder that died loses it when that time is over. A
hit is one use of what may be done so often within a time.
"""

from abc import ABC, abstractmethod
from collections.abc import Collection
from typing import NamedTuple


class Place(NamedTuple):
    """What is held, and by whom: a name that nobody else uses."""

    key: str
    holder: str


class Limits(ABC):
    """Exact and atomic across all processes that share the engine, by one clock.

    Keys are any text; those of places and those of hits do not meet. Every method raises ``Unavailable``
    when the engine is out of reach, and then nothing is allowed. Cancelled: all was done, or nothing.
    """

    @property
    @abstractmethod
    def shared(self) -> bool:
        """Whether other processes count here too. Where not, what a process has counted itself is all."""

    @abstractmethod
    async def take(self, place: Place, most: int, seconds: float) -> float | None:
        """Take one of ``most`` places of this key for so many seconds; return None.

        Where all are taken nothing changes, and the answer is after how many seconds the first of them runs
        out unless it is kept. Taken again by its holder, a place lasts anew.
        """

    @abstractmethod
    async def give(self, places: Collection[Place]) -> None:
        """Give places back; those that are held no more are passed over."""

    @abstractmethod
    async def keep(self, places: Collection[Place], seconds: float) -> frozenset[Place]:
        """Make these places last until ``seconds`` from now; return those that were lost: run out before."""

    @abstractmethod
    async def hit(self, key: str, most: int, window_s: float) -> float | None:
        """Count one hit, of at most ``most`` in any ``window_s`` seconds; return None.

        One too many is not counted, and the answer is after how many seconds the next is allowed.
        """
