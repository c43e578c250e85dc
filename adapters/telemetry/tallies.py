"""Counters and histograms that cost a dict look-up; the metric format is made when somebody looks.

The client library's own counters take a lock and several calls for each increment. These are for one
thread, the event loop's.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence

from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector

OTHER = "other"
MOST_LABELS = 100


class Names:
    """The first ``most`` different names stay themselves, later ones are ``other``."""

    __slots__ = ("_known", "_most")

    def __init__(self, most: int = MOST_LABELS) -> None:
        self._known: dict[str, str] = {}
        self._most = most

    def of(self, name: str) -> str:
        """Return the label for a name."""
        known = self._known.get(name)
        if known is not None:
            return known
        if len(self._known) >= self._most:
            return OTHER
        self._known[name] = name
        return name


class Tally(Collector):
    """A counter with labels."""

    def __init__(self, name: str, description: str, *labels: str) -> None:
        self._about = name, description, labels
        self._counts: dict[tuple[str, ...], int] = {} if labels else {(): 0}

    def add(self, *labels: str, count: int = 1) -> None:
        """Count one, or so many."""
        self._counts[labels] = self._counts.get(labels, 0) + count

    def collect(self) -> Iterator[CounterMetricFamily]:
        """Yield the counts so far."""
        name, description, names = self._about
        family = CounterMetricFamily(name, description, labels=names)
        for labels, count in self._counts.copy().items():
            family.add_metric(labels, count)
        yield family


class Spread(Collector):
    """A histogram with labels; ``bounds`` are the upper ends of its buckets, in seconds."""

    def __init__(self, name: str, description: str, labels: Sequence[str], bounds: Sequence[float]) -> None:
        self._about = name, description, tuple(labels)
        self._bounds = tuple(bounds)
        self._spreads: dict[tuple[str, ...], tuple[list[int], list[float]]] = {}

    def observe(self, value: float, *labels: str) -> None:
        """Count one value."""
        spread = self._spreads.get(labels)
        if spread is None:
            spread = self._spreads[labels] = [0] * (len(self._bounds) + 1), [0.0]
        spread[0][bisect_left(self._bounds, value)] += 1
        spread[1][0] += value

    def collect(self) -> Iterator[HistogramMetricFamily]:
        """Yield the spread so far."""
        name, description, names = self._about
        family = HistogramMetricFamily(name, description, labels=names)
        for labels, (counts, total) in self._spreads.copy().items():
            family.add_metric(labels, self._buckets(counts.copy()), sum_value=total[0])
        yield family

    def _buckets(self, counts: list[int]) -> list[tuple[str, float]]:
        below, buckets = 0, []
        for bound, count in zip([*map(str, self._bounds), "+Inf"], counts, strict=True):
            below += count
            buckets.append((bound, float(below)))
        return buckets
