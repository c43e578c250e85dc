"""How often a user may do something: an exact sliding window per user, refused with a time to come back."""

from collections.abc import Awaitable

from services.errors import TooMuch
from services.ports.limits import Limits

MINUTE = 60.0


class Rate:
    """So many of one thing a minute and user; ``what`` names it in refusals and in the engine."""

    __slots__ = ("_limits", "_most", "_prefix", "_what", "_window")

    def __init__(self, limits: Limits, what: str, most: int, window_s: float = MINUTE) -> None:
        self._limits, self._what, self._most, self._window = limits, what, most, window_s
        self._prefix = f"{what}:"

    async def count(self, whose: str) -> None:
        """Count one more, or raise ``TooMuch`` (``rate_limited``) or ``Unavailable`` and count nothing."""
        wait = await self.hit(whose)
        if wait is not None:
            raise self.refusal(wait)

    def hit(self, whose: str) -> Awaitable[float | None]:
        """Count one more and return None, or return the seconds to wait; raises ``Unavailable``."""
        return self._limits.hit(self._prefix + whose, self._most, self._window)

    def refusal(self, wait: float) -> TooMuch:
        """Return what is raised for one too many."""
        every = "a minute" if self._window == MINUTE else f"in {self._window:g} seconds"
        said = f"{self._most} {self._what} {every} are allowed"
        return TooMuch(said, code="rate_limited", retry_after_s=round(wait, 3))
