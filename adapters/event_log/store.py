"""What a durable place for events must do; ``stored`` puts rings, readers and wake-ups in front of it.

The place decides every number: it gives out ``seq``, makes epochs and refuses what is fenced. Several
processes may use it at once.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import NamedTuple

from services.errors import Superseded
from services.ports.events import Frame, Head, Place


class Entry(NamedTuple):
    """One event to be kept. ``body`` is its JSON text without ``seq`` and ``epoch`` (``frames.body``)."""

    user_id: str
    run_id: str
    run_seq: int
    body: bytes
    fence: int = 0


class Change(NamedTuple):
    """A user's log has moved, as far as the place knows."""

    user_id: str
    place: Place


Moved = Callable[[Change | None], None]
"""Called on the loop's thread; None says that wake-ups may have been missed: look everywhere."""


class EventStore(ABC):
    """A durable place. Every method raises ``Unavailable`` when it is out of reach, and may be called
    again; a cancelled append was done whole or not at all, and appending is idempotent by
    ``(run_id, run_seq)``.
    """

    @abstractmethod
    async def append(self, entries: Sequence[Entry]) -> Sequence[Place | Superseded]:
        """Keep the entries in this order, durably, and return for each its place (of the first one, when
        it was kept before), or why it was refused. All that belong to one user get places in this order.
        """

    @abstractmethod
    async def heads(self, user_ids: Collection[str]) -> Mapping[str, Head]:
        """Return where these users' logs stand; one that does not exist yet gets its epoch now."""

    @abstractmethod
    async def moved_since(self, mark: str, user_ids: Collection[str]) -> tuple[str, Sequence[Change]]:
        """Return which of these users' logs may have moved since the mark (all of them for ``""``), and the
        next mark. May return too many, never too few.
        """

    @abstractmethod
    async def read(self, user_id: str, after: int, limit: int) -> tuple[Head, Sequence[Frame]]:
        """Return head and frames ``after + 1``... of one moment, up to ``limit``; none when ``after + 1`` is
        not kept.
        """

    @abstractmethod
    async def read_run(self, user_id: str, run_id: str) -> Sequence[Frame]:
        """Return all kept frames of one run, oldest first."""

    @abstractmethod
    async def last_run_seq(self, user_id: str, run_id: str) -> int:
        """Return the highest ``run_seq`` of this run that is kept, 0 for none."""

    @abstractmethod
    async def fence(self, user_id: str, run_id: str, token: int) -> None:
        """Refuse this run's entries with a lower token from now on; never lowers a token."""

    @abstractmethod
    async def trim(self) -> None:
        """Forget what is older than the bounds allow. Called now and then by every process."""

    @abstractmethod
    async def check(self) -> None:
        """Return when entries can be kept; raises ``Unavailable`` saying why not."""

    @abstractmethod
    async def follow(self, moved: Moved) -> None:
        """Call ``moved`` for what other processes append, until cancelled. Wake-ups only: one may be
        missing. A place that has none sleeps for ever.
        """
