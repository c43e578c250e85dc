"""Port: what gathers rows whose time is over."""

from abc import ABC, abstractmethod


class Trimmed(ABC):
    """Swept by housekeeping now and then, in small batches, by every process."""

    @abstractmethod
    async def trim(self, most: int) -> int:
        """Remove at most so many things whose time is over; return how many. Raises ``Unavailable``."""
