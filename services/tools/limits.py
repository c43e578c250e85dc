"""How many tool calls may run: per user at once, all together at once, and per user and minute.

Counting happens on the event loop's thread with no await between reading and writing, so the limits are
exact also under a burst. Where several processes share their limits, a call needs a place among all of the
user's calls too, and the limits per user are exact for all processes together; the bound on all calls
protects this process. A call that finds no room waits its turn for a bounded time, first come first served,
and is then refused with a time to come back.
"""

from collections import deque
from dataclasses import dataclass

import anyio

from services.errors import TooMuch
from services.lines import Lines
from services.places import Places
from services.ports.limits import Limits
from services.rates import Rate
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

    def __init__(self, bounds: CallBounds, limits: Limits, places: Places) -> None:
        self._bounds, self._places, self._shared = bounds, places, places.shared
        self._minute = Rate(limits, "calls", bounds.per_minute)
        self._users: dict[str, int] = {}
        self._active = 0
        self._waiting: deque[tuple[str, anyio.Event]] = deque()
        self._lines = Lines()

    @property
    def active(self) -> int:
        """How many calls run now."""
        return self._active

    def active_of(self, user_id: str) -> int:
        """How many calls of this user run now, in this process."""
        return self._users.get(user_id, 0)

    async def acquire(self, user_id: str) -> None:
        """Take a place, waiting for one if need be; give it back with ``release``.

        Raises ``TooMuch`` (``rate_limited`` at once, ``too_many_calls`` after the wait) and ``Unavailable``.
        Safe to cancel: no place is kept.
        """
        wait = await self._minute.hit(user_id)
        if wait is not None:
            raise self._minute.refusal(wait)
        if self._shared:
            await self._acquire_shared(user_id)
        elif self._waiting or not self._take(user_id):
            with anyio.move_on_after(self._bounds.wait):
                await self._turn(user_id)
                return
            raise self._refusal()

    def release(self, user_id: str) -> None:
        """Give a place back."""
        if self._shared:
            self._places.give(_key(user_id))
        self._release_here(user_id)

    async def _acquire_shared(self, user_id: str) -> None:
        key = _key(user_id)
        with anyio.move_on_after(self._bounds.wait):
            async with self._lines.turn(user_id):  # one asks for all: the others would only be refused too
                while True:
                    if self._waiting or not self._take(user_id):
                        await self._turn(user_id)
                    if await self._agreed(user_id, key):
                        return
                    await self._places.look_again(key)
        raise self._refusal()

    async def _agreed(self, user_id: str, key: str) -> bool:
        """Return whether there was a place among all of the user's calls; without one the local one goes."""
        agreed = False
        try:
            agreed = await self._places.take(key, self._bounds.per_user)
        finally:
            if not agreed:
                self._release_here(user_id)
        return agreed

    async def _turn(self, user_id: str) -> None:
        turn = anyio.Event()
        entry = (user_id, turn)
        self._waiting.append(entry)
        self._wake()
        try:
            await turn.wait()
        except BaseException:
            self._leave(entry)
            raise

    def _release_here(self, user_id: str) -> None:
        self._active -= 1
        mine = self._users.pop(user_id) - 1
        if mine:
            self._users[user_id] = mine
        if self._waiting:
            self._wake()

    def _take(self, user_id: str) -> bool:
        mine = self._users.get(user_id, 0)
        if mine >= self._bounds.per_user or self._active >= self._bounds.total:
            return False
        self._users[user_id] = mine + 1
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
            self._release_here(entry[0])
        else:
            self._waiting.remove(entry)

    def _refusal(self) -> TooMuch:
        return TooMuch(
            f"{self._bounds.per_user} calls at once are allowed per user, {self._bounds.total} in all: "
            "try again when one has ended",
            code="too_many_calls",
            retry_after_s=self._bounds.wait,
        )


def _key(user_id: str) -> str:
    return f"calls:{user_id}"
