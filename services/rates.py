"""How often a user may do something in a minute: an exact sliding window per user."""

from collections import OrderedDict, deque

from services.errors import TooMuch

MINUTE = 60.0


class MinuteWindow:
    """Counts per user; users who did nothing for a minute are forgotten. Not thread-safe: the loop's thread
    only.
    """

    __slots__ = ("_per_minute", "_users", "_what")

    def __init__(self, per_minute: int, what: str) -> None:
        self._per_minute, self._what = per_minute, what
        self._users: OrderedDict[str, deque[float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._users)

    def count(self, user_id: str, now: float) -> None:
        """Count one more at the monotonic time ``now``; raises ``TooMuch`` (``rate_limited``) and then
        counts nothing.
        """
        recent = self._users.setdefault(user_id, deque())
        while recent and now - recent[0] >= MINUTE:
            recent.popleft()
        if len(recent) >= self._per_minute:
            raise TooMuch(
                f"{self._per_minute} {self._what} a minute are allowed",
                code="rate_limited",
                retry_after_s=round(MINUTE - (now - recent[0]), 3),
            )
        recent.append(now)
        self._users.move_to_end(user_id)
        self._forget(now)

    def _forget(self, now: float) -> None:
        """Users are ordered by their last count, so the work is only what there is to forget."""
        while now - next(iter(self._users.values()))[-1] >= MINUTE:
            self._users.popitem(last=False)
