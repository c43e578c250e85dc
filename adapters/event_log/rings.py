"""Which users have a ring in this process: those who are watched here."""

from collections.abc import Iterator

from adapters.event_log.newest import RingBounds
from adapters.event_log.ring import Ring, RingWatch


class Rings:
    """Used on the event loop's thread only."""

    def __init__(self, bounds: RingBounds) -> None:
        self._bounds = bounds
        self._rings: dict[str, Ring] = {}

    def of(self, user_id: str) -> Ring | None:
        """Return the user's ring, if anybody watches."""
        return self._rings.get(user_id)

    def users(self) -> list[str]:
        """Return who is watched."""
        return [*self._rings]

    def __iter__(self) -> Iterator[tuple[str, Ring]]:
        return iter([*self._rings.items()])

    def watch(self, user_id: str) -> tuple[RingWatch, bool]:
        """Return a watch, and whether its ring is new."""
        ring = self._rings.get(user_id)
        fresh = ring is None
        if ring is None:
            ring = self._rings[user_id] = Ring(self._bounds)
        return RingWatch(ring, lambda: self._drop(user_id, ring)), fresh

    def _drop(self, user_id: str, ring: Ring) -> None:
        if self._rings.get(user_id) is ring:
            del self._rings[user_id]
