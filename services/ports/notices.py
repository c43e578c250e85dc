"""Port: short words to every process that works on the same data."""

from abc import ABC, abstractmethod
from collections.abc import Callable

Heard = Callable[[str], None]
"""Called with the subject, on the loop's thread; must not wait or raise."""


class Notices(ABC):
    """Each notice reaches every process that is up, the poster's own included, within a second and at least
    once: hearing one twice must be harmless. A process that was cut off hears what it missed when it is back,
    up to a minute later.
    """

    @abstractmethod
    async def post(self, kind: str, subject: str) -> None:
        """Return once the notice is kept and will be heard; raises ``Unavailable``."""

    @abstractmethod
    def hear(self, kind: str, heard: Heard) -> None:
        """Call ``heard`` for every notice of this kind from now on. Before the application starts only."""
