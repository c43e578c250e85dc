"""Port: what is counted while the application works."""

from abc import ABC, abstractmethod
from collections.abc import Callable

from services.events import EventType


class Metrics(ABC):
    """Counters and measures, seconds throughout. Counting is cheap, never waits and never raises.

    Everything but ``render`` is called on the event loop's thread. Names from outside may be passed as they
    are: after a bounded number of different ones the rest count as ``other``.
    """

    @abstractmethod
    def tool_call(self, tool: str, outcome: str, seconds: float) -> None:
        """Count one ended tool call; ``outcome`` is its status or error code."""

    @abstractmethod
    def run_ended(self, status: str, seconds: float) -> None:
        """Count one ended run."""

    @abstractmethod
    def refused(self, reason: str) -> None:
        """Count one request that was answered "no", by its code."""

    @abstractmethod
    def event_appended(self, event_type: EventType) -> None:
        """Count one event that reached the log."""

    @abstractmethod
    def healed(self) -> None:
        """Count one user's events that had to be fetched since no wake-up told of them."""

    @abstractmethod
    def reader_lapped(self) -> None:
        """Count one reader that was too slow for what is kept in memory and store."""

    @abstractmethod
    def resumed(self, outcome: str) -> None:
        """Count one reader that came back: ``complete``, or the reason of its gap."""

    @abstractmethod
    def events_shed(self, count: int) -> None:
        """Count events that gave way while the log was out of reach."""

    @abstractmethod
    def run_told(self) -> None:
        """Count one run whose terminal event reached the log."""

    @abstractmethod
    def run_delivered(self, seconds: float) -> None:
        """Count one run whose terminal event a client acknowledged, so long after it reached the log."""

    @abstractmethod
    def login(self, outcome: str) -> None:
        """Count one login: ``ok``, ``failed`` or ``throttled``."""

    @abstractmethod
    def foreign_access(self) -> None:
        """Count one attempt to reach what belongs to another user; more than none is worth an alert."""

    @abstractmethod
    def sockets(self, count: int) -> None:
        """Say how many sockets and streams are open now."""

    @abstractmethod
    def watch(self, name: str, description: str, read: Callable[[], float | None]) -> None:
        """Show a value that is read whenever somebody looks, from any thread; None leaves it out.

        ``name`` is in snake case and ends in its unit. The same name again replaces the reader.
        """

    @abstractmethod
    def render(self) -> bytes:
        """Return everything as Prometheus text. Takes its time: call it in a worker thread."""
