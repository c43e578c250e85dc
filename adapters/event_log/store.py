"""What a durable place for events must do; ``stored`` puts rings, readers and wake-ups in front of it.

The place decides every number: it gives out ``seq``, makes epochs and refuses what is fenced. Several
processes may use it at once.
"""

import secrets
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from services.errors import Superseded
from services.ports.events import Frame, Head, Lapped, Place

REMEMBERED_SECONDS = 86_400.0
"""How long head and epoch are remembered after a user's last event (protocol, section 6)."""


def new_epoch() -> str:
    """Return an epoch nobody had before: letters, digits, ``_`` and ``-``, so that it needs no escaping."""
    return secrets.token_urlsafe(6)


@dataclass(frozen=True, slots=True)
class KeptBounds:
    """What a place keeps of one user: ``events``, until ``seconds`` after the last one. It may hold more,
    but neither reads nor counts it.
    """

    events: int
    seconds: float


class Entry(NamedTuple):
    """One event to be kept. ``body`` is its JSON text without ``seq`` and ``epoch``; whoever reads it back
    completes it with ``frames.framed``.
    """

    user_id: str
    run_id: str
    run_seq: int
    body: bytes
    fence: int = 0


class Change(NamedTuple):
    """A user's log has moved, as far as the place knows: ``place`` is its newest event, which may be there
    as ``frame``.
    """

    user_id: str
    place: Place
    frame: Frame | None = None


Answer = Place | Superseded | Lapped
"""What became of an entry: its place (that of the first, when it was kept before), or why it was refused."""

Moved = Callable[[Change | None], None]
"""Called on the loop's thread; None says that wake-ups may have been missed: look everywhere."""


class EventStore(ABC):
    """A durable place. Every method raises ``Unavailable`` when it is out of reach, and may be called
    again; a cancelled append was done whole or not at all, and appending is idempotent by
    ``(run_id, run_seq)``.
    """

    @abstractmethod
    async def append(self, entries: Sequence[Entry]) -> Sequence[Answer]:
        """Keep the entries in this order, durably, and return what became of each: ``Superseded`` under a
        fence, ``Lapped`` (with the ``run_seq``) when it repeats what was trimmed. All that belong to one user
        get places in this order.

        Raises for all of them alike: ``Unavailable``, or another error when one of them cannot be stored
        anywhere; then none was kept, and the caller finds out which.
        """

    @abstractmethod
    async def heads(self, user_ids: Collection[str]) -> Mapping[str, Head]:
        """Return where these users' logs stand; one that does not exist yet gets its epoch now."""

    @abstractmethod
    async def moved_since(self, mark: str, user_ids: Collection[str]) -> tuple[str, Sequence[Change]]:
        """Return which of these users' logs may have moved since the mark, and the next mark. For ``""`` all
        of them that exist. May return too many; too few only where the clocks of several machines disagree,
        so ``""`` is asked now and then.
        """

    @abstractmethod
    async def read(self, user_id: str, after: int, limit: int) -> tuple[Head, Sequence[Frame]]:
        """Return head and frames ``after + 1``... of one moment and one epoch, up to ``limit`` and to
        ``READ_BYTES`` as the log does; none when ``after + 1`` is not kept. A log that does not exist yet
        gets its epoch now.
        """

    @abstractmethod
    async def read_run(self, user_id: str, run_id: str) -> Sequence[Frame]:
        """Return all kept frames of one run, oldest first."""

    @abstractmethod
    async def last_run_seq(self, user_id: str, run_id: str) -> int:
        """Return the highest ``run_seq`` of this run that is known, 0 for none."""

    @abstractmethod
    async def fence(self, user_id: str, run_id: str, token: int) -> None:
        """Refuse this run's entries with a lower token from now on; never lowers a token."""

    @abstractmethod
    async def trim(self, watched: Collection[str]) -> None:
        """Forget what the bounds no longer allow; head and epoch of these users live on for another day.
        Called every minute by every process.
        """

    @abstractmethod
    async def check(self) -> None:
        """Return when entries can be kept; raises ``Unavailable`` saying why not."""

    @abstractmethod
    async def follow(self, moved: Moved) -> None:
        """Call ``moved`` for what other processes append, until cancelled; what this one appends may come
        too. Wake-ups only: one may be missing. A place that has none sleeps for ever. Trouble on the way is
        waited out, and followed by a ``moved(None)``.
        """
