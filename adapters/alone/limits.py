"""Limits of one process: counted in memory with no await that suspends, so exact under any burst."""

from collections import OrderedDict, deque
from collections.abc import Collection

from services.ports.clock import Clock
from services.ports.limits import Limits, Place
from services.sealed import Sealed


class MemoryLimits(Limits, metaclass=Sealed):
    """Counts per key; keys that hold nothing are forgotten. For the loop's thread only."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._places: dict[str, dict[str, float]] = {}
        self._hits: OrderedDict[str, _Hits] = OrderedDict()

    def __len__(self) -> int:
        return len(self._places) + len(self._hits)

    @property
    def shared(self) -> bool:
        """Nobody else counts here."""
        return False

    async def take(self, place: Place, most: int, seconds: float) -> float | None:
        """Return what the port says."""
        now, held = self._clock.monotonic(), self._places.setdefault(place.key, {})
        if len(held) >= most:
            self._lose(held, now)
        if len(held) >= most and place.holder not in held:
            return min(held.values()) - now
        held[place.holder] = now + seconds
        return None

    async def give(self, places: Collection[Place]) -> None:
        """Return what the port says."""
        for key, holder in places:
            held = self._places.get(key, {})
            held.pop(holder, None)
            if not held:
                self._places.pop(key, None)

    async def keep(self, places: Collection[Place], seconds: float) -> frozenset[Place]:
        """Return what the port says."""
        now, lost = self._clock.monotonic(), []
        for place in places:
            held = self._places.get(place.key, {})
            if held.get(place.holder, now) <= now:
                lost.append(place)
            else:
                held[place.holder] = now + seconds
        return frozenset(lost)

    async def hit(self, key: str, most: int, window_s: float) -> float | None:
        """Return what the port says."""
        now, hits = self._clock.monotonic(), self._hits.get(key)
        if hits is None:
            hits = self._hits[key] = _Hits(window_s)
        recent = hits.recent
        while recent and now - recent[0] >= window_s:
            recent.popleft()
        if len(recent) >= most:
            return window_s - (now - recent[0])
        recent.append(now)
        self._hits.move_to_end(key)
        self._forget(now)
        return None

    def _forget(self, now: float) -> None:
        """Keys are ordered by their last hit, so the work is only what there is to forget."""
        oldest = next(iter(self._hits.values()))
        while now - oldest.recent[-1] >= oldest.window:
            self._hits.popitem(last=False)
            oldest = next(iter(self._hits.values()))

    @staticmethod
    def _lose(held: dict[str, float], now: float) -> None:
        for holder in [holder for holder, until in held.items() if until <= now]:
            del held[holder]


class _Hits:
    __slots__ = ("recent", "window")

    def __init__(self, window: float) -> None:
        self.recent: deque[float] = deque()
        self.window = window
