"""Port: values that live for a short time and can be taken once, whichever process is asked."""

from abc import ABC, abstractmethod
from collections.abc import Sequence


class Ephemeral(ABC):
    """Values by kind and key, both any text; a key is kept as its SHA-256, since it may be a credential.

    Every method is atomic across all processes and raises ``Unavailable``. A value whose time is over is not
    there.
    """

    @abstractmethod
    async def put(self, kind: str, key: str, value: str, seconds: float) -> None:
        """Keep the value for so long, in place of one that is there."""

    @abstractmethod
    async def add(self, kind: str, key: str, value: str, seconds: float) -> str | None:
        """Keep the value and return None, or return the one that is there and change nothing."""

    @abstractmethod
    async def get(self, kind: str, key: str) -> str | None:
        """Return the value."""

    @abstractmethod
    async def of_kind(self, kind: str, most: int) -> Sequence[str]:
        """Return up to so many values of this kind, those first whose time is over first."""

    @abstractmethod
    async def take(self, kind: str, key: str) -> str | None:
        """Return the value and remove it: of many at once exactly one gets it."""
