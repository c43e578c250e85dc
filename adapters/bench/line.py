"""Numbers that must come one after another: what is missing, what comes late, what comes twice."""

from collections.abc import Iterator
from enum import Enum
from itertools import groupby


class Arrival(Enum):
    """How a number came; ``NEXT`` also after a hole, which stays open until it is filled."""

    NEXT = "next"
    LATE = "late"
    REPEATED = "repeated"


class Line:
    """One contiguous numbering, as one reader saw it, from ``last`` + 1 on."""

    __slots__ = ("_holes", "last")

    def __init__(self, last: int = 0) -> None:
        self.last = last
        self._holes: set[int] | None = None

    def put(self, number: int) -> Arrival:
        """Note a number that came."""
        if number > self.last:
            if number > self.last + 1:
                self.skip(number - 1)
            self.last = number
            return Arrival.NEXT
        if self._holes and number in self._holes:
            self._holes.remove(number)
            return Arrival.LATE
        return Arrival.REPEATED

    def skip(self, last: int) -> None:
        """Note that everything up to ``last`` was passed over."""
        if self._holes is None:
            self._holes = set()
        self._holes.update(range(self.last + 1, last + 1))
        self.last = max(self.last, last)

    def forgive(self, first: int, last: int) -> None:
        """Take numbers out of what is missing: the reader was told."""
        if self._holes:
            self._holes.difference_update(range(first, last + 1))

    @property
    def missing(self) -> int:
        """How many numbers never came."""
        return len(self._holes or ())

    def ranges(self) -> Iterator[tuple[int, int]]:
        """Yield what is missing, as first and last."""
        ordered = enumerate(sorted(self._holes or ()))
        for _, group in groupby(ordered, lambda pair: pair[1] - pair[0]):
            numbers = [number for _, number in group]
            yield numbers[0], numbers[-1]
