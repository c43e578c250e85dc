"""Port: what may be changed while processes run, and who changed it when."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class SwitchChange:
    """One change; ``old`` is None where no switch had been set before."""

    name: str
    old: str | None
    new: str
    who: str
    at: datetime


class SwitchStore(ABC):
    """Switches as text by name. Each method is one transaction and raises ``Unavailable``."""

    @abstractmethod
    async def values(self) -> Mapping[str, str]:
        """Return every switch that was ever set."""

    @abstractmethod
    async def set(self, name: str, value: str, who: str) -> SwitchChange:
        """Set it and record the change; return that."""

    @abstractmethod
    async def history(self, name: str, limit: int = 20) -> Sequence[SwitchChange]:
        """Return its last changes, the newest first."""
