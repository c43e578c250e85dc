"""How many dispatchers a user may have open, and which one makes room for a further one.

Held dispatchers (owned by an open scope) and busy ones are never closed. For a further one the oldest idle
dispatcher is closed first; when none is idle the request waits for a bounded time and is then refused.
Counting has no await between reading and writing, so the limit is exact under a burst.
"""

from abc import abstractmethod
from collections import OrderedDict
from typing import Protocol

import anyio

from services.errors import TooMuch
from services.sealed import Sealed


class Admitted(Protocol):
    """What admission needs to know of a dispatcher."""

    @property
    @abstractmethod
    def idle(self) -> bool:
        """Whether nobody would miss it: not held by a scope, no call in flight."""

    @abstractmethod
    async def cleanup(self) -> None:
        """Close it; it releases its own place."""


class _User:
    __slots__ = ("live", "room", "waiting")

    def __init__(self) -> None:
        self.live: OrderedDict[Admitted, None] = OrderedDict()
        self.room = anyio.Event()
        self.waiting = 0


class DispatcherAdmission(metaclass=Sealed):
    """Places for live dispatchers, per user; flat in the number of other users."""

    def __init__(self, per_user: int, wait: float) -> None:
        self._per_user, self._wait = per_user, wait
        self._users: dict[str, _User] = {}
        self._live = self.peak = 0

    @property
    def live(self) -> int:
        """How many dispatchers are open, all users together."""
        return self._live

    @property
    def users(self) -> int:
        """How many users have an open dispatcher."""
        return sum(1 for user in self._users.values() if user.live)

    def live_of(self, user_id: str) -> int:
        """How many dispatchers this user has open."""
        user = self._users.get(user_id)
        return 0 if user is None else len(user.live)

    async def admit(self, user_id: str, dispatcher: Admitted) -> None:
        """Give the dispatcher a place; an idle one that had to go is closed when this returns.

        Raises ``TooMuch`` (``too_many_calls``, with ``retry_after_s``) after the wait. Safe to cancel: no
        place is kept.
        """
        user = self._users.get(user_id)
        if user is None:
            user = self._users[user_id] = _User()
        if len(user.live) >= self._per_user:
            await self._make_room(user_id, user)
        user.live[dispatcher] = None
        self._live += 1
        self.peak = max(self.peak, self._live)

    def release(self, user_id: str, dispatcher: Admitted) -> None:
        """Give the place back; may be called twice."""
        user = self._users.get(user_id)
        if user is None or dispatcher not in user.live:
            return
        del user.live[dispatcher]
        self._live -= 1
        self.changed(user_id)
        if not user.live and not user.waiting:
            del self._users[user_id]

    def changed(self, user_id: str) -> None:
        """Say that a dispatcher of this user may have become idle."""
        user = self._users.get(user_id)
        if user is not None and user.waiting:
            user.room.set()
            user.room = anyio.Event()

    async def close_idle(self, user_id: str | None = None) -> int:
        """Close idle dispatchers, of one user or of all; return how many."""
        chosen = [self._users[user_id]] if user_id in self._users else [] if user_id else self._users.values()
        idle = [dispatcher for user in chosen for dispatcher in user.live if dispatcher.idle]
        for dispatcher in idle:
            await dispatcher.cleanup()
        return len(idle)

    async def _make_room(self, user_id: str, user: _User) -> None:
        user.waiting += 1
        try:
            with anyio.move_on_after(self._wait):
                while len(user.live) >= self._per_user:
                    oldest = next((dispatcher for dispatcher in user.live if dispatcher.idle), None)
                    if oldest is not None:
                        await oldest.cleanup()
                    else:
                        await user.room.wait()
        finally:
            user.waiting -= 1
        if len(user.live) >= self._per_user:
            raise TooMuch(
                f"all {self._per_user} dispatchers of this user are at work",
                code="too_many_calls",
                retry_after_s=self._wait,
            )
