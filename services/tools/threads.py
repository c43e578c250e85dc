"""Where synchronous tools run: worker threads, counted until they really end.

A thread cannot be stopped. When a tool ignores its time limit the caller has his answer in time, but the
thread's place stays taken and its user stays charged until the function returns; the overrun and the late
end are both logged.
"""

import math
import threading
from collections import Counter
from collections.abc import Callable
from enum import Enum
from typing import Any

import anyio
import anyio.to_thread
import structlog
from anyio import CapacityLimiter, from_thread
from anyio.lowlevel import current_token

from services.errors import TooMuch
from services.sealed import Sealed
from services.tools.custody import ToolExited

log = structlog.get_logger(__name__)

RETRY_AFTER = 5.0


class _State(Enum):
    WAITING = "waiting"
    RUNNING = "running"
    LEFT = "left"
    ENDED = "ended"


class _Job:
    """One function in one thread. The lock decides between its end and its caller's leaving."""

    __slots__ = ("_function", "_late", "_lock", "state")

    def __init__(self, function: Callable[[], Any], late: Callable[[], None]) -> None:
        self._function, self._late = function, late
        self._lock, self.state = threading.Lock(), _State.WAITING

    def work(self) -> Any:
        with self._lock:
            if self.state is _State.LEFT:
                return None
            self.state = _State.RUNNING
        try:
            return self._function()
        except Exception:
            raise
        except BaseException as error:
            raise ToolExited(type(error).__name__) from error
        finally:
            with self._lock:
                late = self.state is _State.LEFT
                self.state = _State.ENDED
            if late:
                self._late()

    def leave(self) -> bool:
        """Return whether the thread works on without its caller."""
        with self._lock:
            was, self.state = self.state, _State.LEFT if self.state is not _State.ENDED else _State.ENDED
        return was is _State.RUNNING


class ToolThreads(metaclass=Sealed):
    """A bounded pool: ``total`` threads in all, ``per_user`` for one user, overrunning ones included."""

    def __init__(self, total: int, per_user: int) -> None:
        self._limit, self._per_user = total, per_user
        self._places: CapacityLimiter | None = None
        self._users: Counter[str] = Counter()
        self._overrunning = 0

    @property
    def busy(self) -> int:
        """How many threads are taken now, overrunning ones included."""
        return self._users.total()

    @property
    def overrunning(self) -> int:
        """How many threads work on for callers who have left."""
        return self._overrunning

    async def run(self, user_id: str, tool_name: str, function: Callable[[], Any]) -> Any:
        """Run the function in a thread; return its result or raise its exception, with the caller's context
        variables.

        Waits for a free thread. Raises ``TooMuch`` (``too_many_calls``) when all this user's threads are
        taken. Cancelling returns at once; the thread then ends by itself and gives its place back.
        """
        if self._users[user_id] >= self._per_user:
            raise TooMuch(
                f"your {self._per_user} threads are still busy with earlier calls",
                code="too_many_calls",
                retry_after_s=RETRY_AFTER,
            )
        token = current_token()
        job = _Job(function, lambda: self._notify(token, user_id, tool_name, job))
        self._users[user_id] += 1
        try:
            await self._pool().acquire_on_behalf_of(job)
        except BaseException:
            self._uncharge(user_id)
            raise
        return await self._work(user_id, tool_name, job)

    async def _work(self, user_id: str, tool_name: str, job: _Job) -> Any:
        try:
            result = await anyio.to_thread.run_sync(
                job.work, abandon_on_cancel=True, limiter=CapacityLimiter(math.inf)
            )
        except anyio.get_cancelled_exc_class():
            if job.leave():
                self._overrunning += 1
                log.warning(
                    "tool_overruns_in_thread", tool=tool_name, user_id=user_id, threads=self._overrunning
                )
            else:
                self._give_back(user_id, job)
            raise
        except BaseException:
            self._give_back(user_id, job)
            raise
        self._give_back(user_id, job)
        return result

    def _notify(self, token: Any, user_id: str, tool_name: str, job: _Job) -> None:
        try:
            from_thread.run_sync(self._ended_late, user_id, tool_name, job, token=token)
        except (RuntimeError, anyio.RunFinishedError):
            return  # the loop is gone, and with it everything that was counted

    def _ended_late(self, user_id: str, tool_name: str, job: _Job) -> None:
        self._overrunning -= 1
        self._give_back(user_id, job)
        log.warning("tool_ended_late_in_thread", tool=tool_name, user_id=user_id, threads=self._overrunning)

    def _give_back(self, user_id: str, job: _Job) -> None:
        self._pool().release_on_behalf_of(job)
        self._uncharge(user_id)

    def _uncharge(self, user_id: str) -> None:
        self._users[user_id] -= 1
        if not self._users[user_id]:
            del self._users[user_id]

    def _pool(self) -> CapacityLimiter:
        # Made on the loop: constructors run before there is one.
        if self._places is None:
            self._places = CapacityLimiter(self._limit)
        return self._places
