"""Port: is this process the only one that works on this data?"""

from abc import ABC, abstractmethod


class Presence(ABC):
    """Known to others while it is entered."""

    @property
    @abstractmethod
    def alone(self) -> bool:
        """Whether no other process was at work on the same data when this one came."""
