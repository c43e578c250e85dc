"""How many tool calls may run: per user at once, all together at once, and per user and minute.

Counting happens on the event loop's thread with no await between reading and writing, so the limits are
exact also under a burst. A call that finds no room waits its turn for a bounded time, first come first
served, and is then refused with a time to come back.
"""

from collections import Counter, deque
from dataclasses import dataclass

import anyio

from services.errors import TooMuch
from services.ports.clock import Clock
from services.rates import MinuteWindow
from services.sealed import Sealed


@dataclass(frozen=True, slots=True)
class CallBounds:
    """The numbers; ``wait`` in seconds."""

    per_user: int
    total: int
    per_minute: int
    wait: float


class CallLimits(metaclass=Sealed):
    """Admission of tool calls."""

    def __init__(self, bounds: CallBounds, clock: Clock) -> None:
        self._bounds, self._clock = bounds, clock
        self._minute = MinuteWindow(bounds.per_minute, "calls")
        self._users: Counter[str] = Counter()
        self._active = 0
        self._waiting: deque[tuple[str, anyio.Event]] = deque()

    @property
    def active(self) -> int:
        """How many calls run now."""
        return self._active

    def active_of(self, user_id: str) -> int:
        """How many calls of this user run now."""
        return self._users[user_id]

    async def acquire(self, user_id: str) -> None:
        """Take a place, waiting for one if need be; give it back with ``release``.

        Raises ``TooMuch`` (``rate_limited`` at once, ``too_many_calls`` after the wait). Safe to cancel: no
        place is kept.
        """
        self._minute.count(user_id, self._clock.monotonic())
        if not self._waiting and self._take(user_id):
            return
        turn = anyio.Event()
        entry = (user_id, turn)
        self._waiting.append(entry)
        self._wake()
        try:
            with anyio.move_on_after(self._bounds.wait):
                await turn.wait()
        except BaseException:
            self._leave(entry)
            raise
        if not turn.is_set():
            self._waiting.remove(entry)
            raise TooMuch(
                f"{self._bounds.per_user} calls at once are allowed per user, {self._bounds.total} in all: "
                "try again when one has ended",
                code="too_many_calls",
                retry_after_s=self._bounds.wait,
            )

    def release(self, user_id: str) -> None:
        """Give a place back."""
        self._active -= 1
        self._users[user_id] -= 1
        if not self._users[user_id]:
            del self._users[user_id]
        if self._waiting:
            self._wake()

    def _take(self, user_id: str) -> bool:
        if self._users[user_id] >= self._bounds.per_user or self._active >= self._bounds.total:
            return False
        self._users[user_id] += 1
        self._active += 1
        return True

    def _wake(self) -> None:
        """Give free places to those who wait, oldest first; one whose user is at his bound lets others
        pass.
        """
        for entry in tuple(self._waiting):
            if self._active >= self._bounds.total:
                return
            if self._take(entry[0]):
                self._waiting.remove(entry)
                entry[1].set()

    def _leave(self, entry: tuple[str, anyio.Event]) -> None:
        if entry[1].is_set():
            self.release(entry[0])
        else:
            self._waiting.remove(entry)
