"""What a measurement counts beside faults: connections and how they ended, and how long events took."""

from array import array
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field


class Latencies:
    """Seconds, all of them kept: eight bytes each."""

    def __init__(self) -> None:
        self._values = array("d")

    def add(self, seconds: float) -> None:
        """Take one measurement."""
        self._values.append(seconds)

    def summary(self) -> Mapping[str, float | None]:
        """Return count, p50, p99 and the largest, in milliseconds; None where nothing was measured."""
        values = sorted(self._values)
        if not values:
            return {"count": 0, "p50": None, "p99": None, "max": None}
        last = len(values) - 1
        places = {"p50": last // 2, "p99": round(last * 0.99), "max": last}
        return {"count": len(values)} | {name: round(values[at] * 1000, 2) for name, at in places.items()}


@dataclass
class Tally:
    """Counted by all readers and the load together."""

    all: Latencies = field(default_factory=Latencies)
    """From the event's own timestamp to its arrival; what came by resuming includes the time away."""
    live: Latencies = field(default_factory=Latencies)
    """The same for events that were sent while the socket was connected."""
    first: Latencies = field(default_factory=Latencies)
    """From sending a message to the first event of its run."""
    redelivered: int = 0
    reconnects: int = 0
    cuts: int = 0
    holes: int = 0
    silent: int = 0
    closes: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    rejected: Counter[str] = field(default_factory=Counter)
    calls: Counter[str] = field(default_factory=Counter)
    kills: int = 0
    injected: Counter[str] = field(default_factory=Counter)
    """Faults between servers and their event store."""
