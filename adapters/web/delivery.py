"""What a reader of a user's log is told, in which order: the cursor that sockets and event streams share.

First hello; then, after a refused resume, the gap; then the state that must be replayed; then the log from
the cursor on. The cursor is one integer: nothing is queued for a reader, and one that falls behind what is
kept is told so, never served a hole.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal, NamedTuple

import orjson

from adapters.web.errors import HTTPRefusal
from adapters.web.messages import Gap, Hello, Ping
from services.deliveries import Deliveries
from services.ports.clock import Clock
from services.ports.events import EventLog, Frame, Head, Lapped, Place, Watch
from services.ports.metrics import Metrics
from services.run_states import RunStates

_POSITION = re.compile(r"([A-Za-z0-9_-]{1,64}):([0-9]{1,15})", re.ASCII)
_CALM_READS = 3


WriteNow = Callable[[bytes], bool]
"""Writes an encoded event at once and returns True, or returns False and has done nothing. Never raises."""


class PositionLost(Exception):
    """The log began anew or lies behind the reader: only a new connection can sort that out."""


class Position(NamedTuple):
    """A place in a log: what ``after`` and ``Last-Event-ID`` carry."""

    epoch: str
    seq: int

    @classmethod
    def parse(cls, text: str) -> "Position":
        """Read ``epoch:seq``; raises 400."""
        match = _POSITION.fullmatch(text)
        if match is None:
            raise HTTPRefusal(400, "invalid_after", "after must be epoch:seq, as in the last event you saw.")
        return cls(match[1], int(match[2]))


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the messages come from; one value for all readers."""

    log: EventLog
    states: RunStates
    deliveries: Deliveries
    clock: Clock
    metrics: Metrics
    heartbeat: float


class Delivery:
    """One reader. Call ``open`` once, then ``wait`` and ``more`` in turn, and ``close`` at the end."""

    __slots__ = ("_epoch", "_seq", "_sources", "_user_id", "_watch")

    def __init__(self, sources: Sources, user_id: str) -> None:
        self._sources, self._user_id = sources, user_id
        self._watch: Watch | None = None
        self._epoch, self._seq = "", 0

    @property
    def seq(self) -> int:
        """The last event handed out."""
        return self._seq

    async def open(self, after: Position | None) -> list[str]:
        """Return hello and what else comes before the log, and place the cursor."""
        self._watch = self._sources.log.watch(self._user_id)
        if after is None:
            return await self._fresh()
        head = await self._sources.log.head(self._user_id)
        gap = _gap(after, head)
        self._sources.metrics.resumed("complete" if gap is None else gap.reason)
        if gap is None:
            self._epoch, self._seq = head.epoch, after.seq
            self.arrived(after.seq)
            return [self._hello(head, resumed=True)]
        self._epoch, self._seq = head.epoch, head.head
        states = await self._sources.states.window(self._user_id)
        return [self._hello(head, resumed=False), gap.text(), *map(_text, states)]

    async def wait(self, write: WriteNow | None = None) -> None:
        """Return once the log holds more than ``write`` has written. Safe to cancel. Raises ``PositionLost``.

        Events that come meanwhile are written in the middle of their appends, and the cursor moves past them.
        """
        assert self._watch is not None
        try:
            await self._watch.wait(self._seq, None if write is None else partial(self._take, write))
        except Lapped as lapped:  # of an epoch that ended before this reader came: nothing to it
            self._check(lapped.head.epoch)

    async def more(self) -> Sequence[Frame]:
        """Return the next frames and move past them; raises ``Lapped`` and ``PositionLost``."""
        try:
            frames = await self._sources.log.read(self._user_id, self._seq)
        except Lapped as lapped:
            self._check(lapped.head.epoch)
            if lapped.head.head < self._seq:
                raise PositionLost from None
            self._sources.metrics.reader_lapped()
            raise
        if frames:
            self._check(frames[0].epoch)
            self._seq = frames[-1].seq
        return frames

    async def ping(self) -> str | None:
        """Return a ping with the store's head, or None when that head shows that there is more to read first.

        Raises ``PositionLost``.
        """
        head = await self._sources.log.head(self._user_id)
        self._check(head.epoch)
        if head.head < self._seq:
            raise PositionLost
        if head.head > self._seq:
            return None
        return Ping(head=head.head, timestamp=self._sources.clock.now().isoformat()).text()

    def arrived(self, seq: int) -> None:
        """Note that the client has everything up to ``seq``, of what it was given."""
        place = Place(self._epoch, min(seq, self._seq))
        self._sources.deliveries.acknowledged(self._user_id, place)

    def place(self, frame: Frame) -> str:
        """Return the resume token of a frame."""
        return f"{self._epoch}:{frame.seq}"

    def close(self) -> None:
        """Stop watching. May be called twice."""
        if self._watch is not None:
            self._watch.close()

    def _take(self, write: WriteNow, frame: Frame) -> bool:
        if frame.epoch != self._epoch or not write(frame.data):
            return False
        self._seq = frame.seq
        return True

    def _check(self, epoch: str) -> None:
        if epoch != self._epoch:
            raise PositionLost

    async def _fresh(self) -> list[str]:
        """Head and state must be of one moment: a run that ends in between would end without having begun."""
        log, user_id = self._sources.log, self._user_id
        head = await log.head(user_id)
        states = await self._sources.states.state(user_id)
        for _ in range(_CALM_READS):
            later = await log.head(user_id)
            if later == head:
                break
            head, states = later, await self._sources.states.state(user_id)
        self._epoch, self._seq = head.epoch, head.head
        return [self._hello(head, resumed=False), *map(_text, states)]

    def _hello(self, head: Head, *, resumed: bool) -> str:
        return Hello(
            user_id=self._user_id,
            epoch=head.epoch,
            head=head.head,
            first=head.first,
            resumed=resumed,
            heartbeat_s=self._sources.heartbeat,
        ).text()


def _gap(after: Position, head: Head) -> Gap | None:
    if after.epoch != head.epoch:
        return _lost(1, head.head, "epoch")
    if after.seq > head.head:
        return _lost(head.head + 1, after.seq, "ahead")
    if after.seq < head.head and after.seq + 1 < head.first:
        return _lost(after.seq + 1, head.head, "trimmed")
    return None


def _lost(first: int, last: int, reason: Literal["trimmed", "epoch", "ahead"]) -> Gap:
    return Gap.model_validate({"from": first, "to": last, "reason": reason})


def _text(state: dict[str, object]) -> str:
    return orjson.dumps(state, default=dict).decode()
