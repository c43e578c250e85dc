"""The newest events of one user, for those who watch here: what may be served from them, and what proves them
incomplete.

A ring believes nothing by itself. It takes the event that follows its newest one and no other; whatever else
it hears makes it ask the store, whose answer it takes unless the log began anew since the question.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from adapters.event_log.frames import within
from adapters.event_log.newest import Newest, RingBounds
from adapters.event_log.waiters import Waiters
from services.ports.events import READ_BYTES, Frame, Head, Lapped, Place, Take, Watch


class Ticket(NamedTuple):
    """When the store was asked: what its answer is compared with."""

    beginnings: int
    head: int
    known: int


class Ring:
    """``head`` is the newest event here, ``known`` the newest one heard of; ``epoch`` is empty until the
    store has said where the log stands.
    """

    __slots__ = (
        "_bounds", "_newest", "beginnings", "epoch", "head", "known", "waiters", "watchers",
    )  # fmt: skip

    def __init__(self, bounds: RingBounds) -> None:
        self._bounds = bounds
        self._newest: Newest | None = None  # empty deques would be 1.5 KiB of every idle socket
        self.waiters = Waiters()
        self.epoch = ""
        self.head = self.known = self.beginnings = self.watchers = 0

    @property
    def behind(self) -> bool:
        """Whether the store must be asked."""
        return not self.epoch or self.known > self.head

    def ticket(self) -> Ticket:
        """Return what ``learn`` wants, taken before the store is asked."""
        return Ticket(self.beginnings, self.head, self.known)

    def since(self, after: int, limit: int) -> Sequence[Frame] | None:
        """Return the next frames, within ``READ_BYTES``; None when the store must be asked."""
        kept, newest = self._newest, self.head - after
        if not 0 <= newest <= len(kept or ()) or (self.behind and newest < limit):
            return None
        if kept is None:
            return []
        found = kept.frames(newest, limit, after, self.epoch)
        return found if kept.bytes <= READ_BYTES else within(found)

    def hear(self, place: Place) -> bool:
        """Take a word of the newest event; return whether the store must be asked."""
        if place.epoch == self.epoch:
            self.known = max(self.known, place.seq)
            return self.behind
        return True

    def land(self, place: Place, make: Callable[[], Frame]) -> bool:
        """Take an event that the store has confirmed; return whether the store must be asked for others."""
        if not self.epoch:
            self._begin(place.epoch, place.seq - 1)
        if place.epoch == self.epoch and place.seq == self.head + 1:
            self._put(make())
        return self.hear(place)

    def learn(self, ticket: Ticket, head: Head, frames: Sequence[Frame] | None = None) -> None:
        """Take the store's answer. ``frames`` are those after the ticket's head, None when they were not
        asked for.
        """
        if ticket.beginnings != self.beginnings:
            return
        if not self.epoch:
            self._begin(head.epoch, head.head)
        elif head.epoch != self.epoch or head.head < ticket.head:
            self.beginnings += 1
            self._begin(head.epoch, head.head)
        else:
            if self.known == ticket.known:  # nothing was heard since: the store's word is the newest
                self.known = self.head
            self._catch_up(head, frames)
        self.waiters.wake()

    def _catch_up(self, head: Head, frames: Sequence[Frame] | None) -> None:
        self.known = max(self.known, head.head)
        before = self.head
        for frame in frames or ():
            if frame.seq == self.head + 1:
                self._put(frame)
        trimmed = frames is not None and head.first > before + 1
        if self.head < head.head and (trimmed or head.head - self.head > self._bounds.events):
            self._begin(head.epoch, head.head)  # readers find in the store what would not stay here anyway

    def _begin(self, epoch: str, head: int) -> None:
        self.epoch, self.head, self.known = epoch, head, head
        self._newest = None

    def _put(self, frame: Frame) -> None:
        if self._newest is None:
            self._newest = Newest(self._bounds)
        self._newest.put(frame)
        self.head = frame.seq
        self.known = max(self.known, frame.seq)
        self.waiters.offer(frame)


class RingWatch(Watch):
    """A reader's wake-up over a ring."""

    __slots__ = ("_beginnings", "_left", "_open", "_ring")

    def __init__(self, ring: Ring, left: Callable[[], None]) -> None:
        self._ring, self._left, self._open = ring, left, True
        self._beginnings = ring.beginnings
        ring.watchers += 1

    async def wait(self, after: int, take: Take | None = None) -> None:
        """Return, or raise, as the port says."""
        ring = self._ring
        while True:
            if ring.beginnings != self._beginnings:
                self._beginnings = ring.beginnings
                raise Lapped(after, Head(ring.epoch, ring.head + 1, ring.head))
            if ring.head > after:
                return
            after = await ring.waiters.wait(after, take)

    def close(self) -> None:
        """Stop watching."""
        if self._open:
            self._open = False
            self._ring.watchers -= 1
            if not self._ring.watchers:
                self._left()
