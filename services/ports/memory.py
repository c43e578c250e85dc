"""Port: how much memory this process uses, and how much it may use."""

from abc import ABC, abstractmethod


class MemoryProbe(ABC):
    """Readings of this process, in bytes. None means "cannot be read here": a reading is never invented."""

    @abstractmethod
    def resident(self) -> int | None:
        """Return the resident set size now."""

    @abstractmethod
    def limit(self) -> int | None:
        """Return the smallest limit that applies: setting, control group, or machine."""
