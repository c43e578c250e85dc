"""Port: where old names are still used, and how often."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple


class CallSite(NamedTuple):
    """One line of somebody's code that uses one old name; ``file`` is the path Python knows it by."""

    old_name: str
    file: str
    line: int
    function: str


class UseCount(NamedTuple):
    """How often: ``uses`` counts all, ``refused`` those that were forbidden."""

    uses: int
    refused: int


@dataclass(frozen=True, slots=True)
class OldUse:
    """What is known of a call site; times are UTC."""

    site: CallSite
    uses: int
    refused: int
    first_at: datetime
    last_at: datetime


class OldUseStore(ABC):
    """Counts by call site, of all processes together. Each method is one transaction and raises
    ``Unavailable``.
    """

    @abstractmethod
    async def add(self, counts: Mapping[CallSite, UseCount]) -> None:
        """Add to what is stored; now is each one's last use."""

    @abstractmethod
    async def uses(self, since: datetime | None = None) -> Sequence[OldUse]:
        """Return the sites used since then, the most used first, and equals by name and place."""
