"""Port: what time is it? Everything that compares times asks here, so that tests can move the hands."""

from abc import ABC, abstractmethod
from datetime import datetime


class Clock(ABC):
    """Wall time and a monotonic counter. Both are cheap, never block and may be read from any thread."""

    @abstractmethod
    def now(self) -> datetime:
        """Return the present moment, timezone-aware in UTC."""

    @abstractmethod
    def monotonic(self) -> float:
        """Return seconds from an arbitrary start; never goes backwards."""

    def timestamp(self) -> str:
        """Return the present moment as ISO-8601 text in UTC, for events."""
        return self.now().isoformat()
