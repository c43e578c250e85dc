"""How many guesses of one kind may fail within a window; those under way count too.

Right guesses cost nobody anything: while it is open how those under way will end, further ones wait instead
of being refused, and many people behind one address can log in at once.
"""

from collections import Counter, OrderedDict, deque

import anyio

Key = bytes

MOST_KEYS = 10_000
"""Beyond that the key whose last failure is the oldest is forgotten."""


class Guesses:
    """Failures and running guesses per key; ``now`` is on the monotonic clock. For the loop's thread only."""

    def __init__(self, most: int, window: float, name: str = "") -> None:
        self._most, self._window, self.name = most, window, name
        self._failures: OrderedDict[Key, deque[float]] = OrderedDict()
        self._running: Counter[Key] = Counter()
        self._waiting: dict[Key, deque[anyio.Event]] = {}

    @property
    def most(self) -> int:
        """How many may fail within the window."""
        return self._most

    def wait(self, key: Key, now: float) -> float:
        """Return the seconds until one more may be made, 0 when not too many have failed."""
        failures = self._failures.get(key)
        while failures and now - failures[0] >= self._window:
            failures.popleft()
        if not failures:
            self._failures.pop(key, None)
            return 0.0
        return 0.0 if len(failures) < self._most else failures[0] + self._window - now

    def busy(self, key: Key) -> bool:
        """Return whether one more would be too many if all that are running fail."""
        return self._running[key] + len(self._failures.get(key, ())) >= self._most

    def begin(self, key: Key) -> None:
        """Count a running guess."""
        self._running[key] += 1

    def end(self, key: Key, failed_at: float | None) -> None:
        """Count it as failed at that time, or not at all, and let the next one look again."""
        self._running[key] -= 1
        if not self._running[key]:
            del self._running[key]
        if failed_at is not None:
            self._failures.setdefault(key, deque()).append(failed_at)
            self._failures.move_to_end(key)
            if len(self._failures) > MOST_KEYS:
                self._failures.popitem(last=False)
        self.wake(key)

    async def turn(self, key: Key) -> None:
        """Wait until a guess of this key has ended. Who then begins none must ``wake`` the next."""
        woken = anyio.Event()
        self._waiting.setdefault(key, deque()).append(woken)
        try:
            await woken.wait()
        except BaseException:
            if woken.is_set():
                self.wake(key)
            else:
                self._leave(key, woken)
            raise

    def wake(self, key: Key) -> None:
        """Let the one that waits longest look again."""
        waiting = self._waiting.get(key)
        if waiting:
            first = waiting[0]
            self._leave(key, first)
            first.set()

    def _leave(self, key: Key, woken: anyio.Event) -> None:
        self._waiting[key].remove(woken)
        if not self._waiting[key]:
            del self._waiting[key]
