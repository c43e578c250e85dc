"""How writes become durable: those that wait together share one transaction, and one wait for the disk."""

from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

import anyio
from anyio import CapacityLimiter, to_thread
from anyio.lowlevel import checkpoint
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from adapters.storage.faults import breaks_transaction, noted, told, unavailable
from adapters.storage.sqlite import driver

BATCH = 500


class _Write:
    """One caller's work, and what came of it. ``done`` is set after the commit."""

    __slots__ = ("abandoned", "done", "error", "value", "work")

    def __init__(self, work: Callable[[Connection], Any]) -> None:
        self.work, self.done, self.abandoned = work, anyio.Event(), False
        self.value: Any = None
        self.error: Exception | None = None


class GroupWriter:
    """Runs writes in order of arrival, many to a transaction, each in a savepoint of its own.

    A caller is answered after the commit. One that fails gets its own error and takes back its own changes
    only. One that is cancelled while it waits is skipped, or else done whole.
    """

    def __init__(self, engine: Engine, waiting: int) -> None:
        self._engine, self._most = engine, waiting
        self._queue: deque[_Write] = deque()
        self._wake, self._closing = anyio.Event(), False
        self._thread = CapacityLimiter(1)

    async def write(self, work: Callable[[Connection], Any]) -> Any:
        """Return the work's value once it is durable; raises what the work raised, or ``Unavailable``."""
        if self._closing or len(self._queue) >= self._most:
            raise unavailable("The database is closed." if self._closing else "Too many writes are waiting.")
        item = _Write(work)
        self._queue.append(item)
        self._wake.set()
        try:
            await item.done.wait()
        finally:
            item.abandoned = True
        if item.error is not None:
            raise item.error from None
        return item.value

    def close(self) -> None:
        """Take no more; what waits is still done. ``run`` then returns."""
        self._closing = True
        self._wake.set()

    async def run(self) -> None:
        """Work until closed and done. Never fails: every error goes to the caller it belongs to."""
        while self._queue or not self._closing:
            await self._wake.wait()
            self._wake = anyio.Event()
            while self._queue:
                batch = [self._queue.popleft() for _ in range(min(BATCH, len(self._queue)))]
                await to_thread.run_sync(_answer, self._engine, batch, limiter=self._thread)
                for item in batch:
                    item.done.set()
                # One turn, so that who was answered and writes again goes with those who waited meanwhile.
                await checkpoint()


class _CannotBegin(Exception):
    """No transaction could be opened: trying each write alone would only wait for the lock again."""


def _answer(engine: Engine, batch: Sequence[_Write]) -> None:
    """Do the batch; where it breaks, do its halves: the write that broke it costs the others nothing."""
    try:
        _commit(engine, batch)
    except _CannotBegin as locked:
        _refuse(batch, locked.__cause__)
    except Exception as error:  # noqa: BLE001 - whatever breaks one batch, the writer outlives it
        if len(batch) == 1:
            _refuse(batch, error)
        else:
            middle = len(batch) // 2
            _answer(engine, batch[:middle])
            _answer(engine, batch[middle:])


def _refuse(batch: Sequence[_Write], error: BaseException | None) -> None:
    assert isinstance(error, Exception)
    noted(error)
    for item in batch:
        item.error = told(error)


def _commit(engine: Engine, batch: Sequence[_Write]) -> None:
    with engine.connect() as connection:
        try:
            transaction = connection.begin()
        except SQLAlchemyError as error:
            raise _CannotBegin from error
        with transaction:
            for item in batch:
                if not item.abandoned:
                    _do(connection, item)


def _do(connection: Connection, item: _Write) -> None:
    raw = driver(connection)
    raw.execute("SAVEPOINT one")
    item.error = None
    try:
        item.value = item.work(connection)
    except Exception as error:
        if breaks_transaction(error):
            raise
        raw.execute("ROLLBACK TO one")
        item.error = told(error)
    raw.execute("RELEASE one")  # fails when the database took all back by itself: then nothing is confirmed
