"""What a ring holds: the newest events as text and bytes alone.

A server keeps some hundred thousand of them, and Python's collector looks through every object that can hold
others: as frames they would make each of its pauses long.
"""

from collections import deque
from dataclasses import dataclass
from itertools import count, islice, repeat
from typing import TypeVar

from services.ports.events import Frame

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RingBounds:
    """How many events, and how many bytes of them, are kept in memory for one user."""

    events: int
    bytes: int


class Newest:
    """Within bounds, but always at least one once there was one; they follow each other without a hole."""

    __slots__ = ("_bounds", "_data", "_runs", "bytes")

    def __init__(self, bounds: RingBounds) -> None:
        self._bounds, self.bytes = bounds, 0
        self._runs: deque[str] = deque()
        self._data: deque[bytes] = deque()

    def __len__(self) -> int:
        return len(self._data)

    def put(self, frame: Frame) -> None:
        """Take the next one, and let go of the oldest."""
        self._runs.append(frame.run_id)
        self._data.append(frame.data)
        self.bytes += len(frame.data)
        while len(self) > self._bounds.events or (self.bytes > self._bounds.bytes and len(self) > 1):
            self._runs.popleft()
            self.bytes -= len(self._data.popleft())

    def frames(self, newest: int, limit: int, after: int, epoch: str) -> list[Frame]:
        """Return the first ``limit`` of the ``newest`` ones, which are numbered from ``after`` + 1 on."""
        runs, data = _part(self._runs, newest, limit), _part(self._data, newest, limit)
        return [*map(Frame, count(after + 1), runs, data, repeat(epoch))]


def _part(kept: deque[T], newest: int, limit: int) -> list[T]:
    if newest <= limit:  # readers are nearly always close to the head: walk from there
        return [*islice(reversed(kept), newest)][::-1]
    start = len(kept) - newest
    return [*islice(kept, start, start + limit)]
