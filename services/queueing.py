"""Which run may start now: the runs of a thread one after another, a bounded number of a user's at once, a
bounded number waiting.
"""

from abc import abstractmethod
from collections import deque
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from services.errors import TooMuch


class Queued(Protocol):
    """What the queue needs to know of a run."""

    @property
    @abstractmethod
    def user_id(self) -> str:
        """Whose it is."""

    @property
    @abstractmethod
    def thread_id(self) -> str:
        """In which conversation."""


Q = TypeVar("Q", bound=Queued)


@dataclass(slots=True)
class _User(Generic[Q]):
    active: list[Q] = field(default_factory=list)
    waiting: deque[Q] = field(default_factory=deque)


class RunQueue(Generic[Q]):
    """Order of runs per user. Not thread-safe: the loop's thread only."""

    def __init__(self, *, at_once: int, waiting: int) -> None:
        self._at_once, self._waiting = at_once, waiting
        self._users: dict[str, _User[Q]] = {}

    def check(self, run: Q) -> None:
        """Return when this run could be added; else raise ``TooMuch`` (``too_many_runs``)."""
        user = self._users.get(run.user_id)
        if user is None or self._may_start(user, run) or len(user.waiting) < self._waiting:
            return
        raise TooMuch(
            f"{self._at_once} runs at once and {self._waiting} waiting are allowed: wait for one to end, "
            "or cancel one",
            code="too_many_runs",
            retry_after_s=1.0,
        )

    def add(self, run: Q) -> bool:
        """Take a run; return whether it may start now. Otherwise ``done`` will name it in its turn."""
        user = self._users.setdefault(run.user_id, _User())
        if self._may_start(user, run):
            user.active.append(run)
            return True
        user.waiting.append(run)
        return False

    def done(self, run: Q) -> list[Q]:
        """Give a started run's place back, or take a waiting one out; return the runs that may start now."""
        user = self._users[run.user_id]
        (user.active if run in user.active else user.waiting).remove(run)
        started = []
        for candidate in tuple(user.waiting):
            if self._may_start(user, candidate):
                user.waiting.remove(candidate)
                user.active.append(candidate)
                started.append(candidate)
        if not user.active and not user.waiting:
            del self._users[run.user_id]
        return started

    def _may_start(self, user: _User[Q], run: Q) -> bool:
        return len(user.active) < self._at_once and all(r.thread_id != run.thread_id for r in user.active)
