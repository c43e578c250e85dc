"""The role behind every SQL store: where pieces of work are done on a connection, each in a transaction.

A store is written once, in SQLAlchemy Core; which database does the work is decided where objects are made.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from types import TracebackType
from typing import Self, TypeVar

from sqlalchemy import Connection, Dialect

T = TypeVar("T")
Woken = Callable[[str | None], object]


class Database(ABC):
    """Tables at their newest revision once entered. Leaving waits for writes that are queued, also when
    cancelled.

    Work is an ordinary function. It must have no effect beside the connection, since it may be run again.
    Two writes may be at work at once: what is read in order to be changed is read ``with_for_update()``, and
    what no row stands for is guarded by ``locks.lock``.
    """

    @property
    @abstractmethod
    def dialect(self) -> Dialect:
        """What statements are compiled for."""

    @abstractmethod
    async def read(self, work: Callable[[Connection], T]) -> T:
        """Return what the work reads, all of it as of one moment; raises ``Unavailable`` where that fails."""

    @abstractmethod
    async def write(self, work: Callable[[Connection], T]) -> T:
        """Return what the work returns, once its changes are durable.

        An error of the work takes back its changes alone; a clash with a constraint becomes ``Conflict``, a
        locked, full or unreachable database ``Unavailable`` (code ``storage_unavailable``). Cancelled: all
        was done, or nothing.
        """

    @abstractmethod
    def hurry(self, seconds: float) -> None:
        """Be done in so many seconds: a stop must not wait for a database that is locked or silent. From then
        on what cannot be done at once is refused with ``Unavailable``. May be called again; never lengthens.
        """

    def listen(self, channel: str, callback: Woken) -> AbstractAsyncContextManager[None]:
        """Call back while the block runs, whenever work has said ``notify`` on this channel and is committed.

        A wake-up only: one may be missed, and where the database tells nothing there are none.
        """
        del channel, callback
        return nullcontext()

    @abstractmethod
    async def __aenter__(self) -> Self: ...

    @abstractmethod
    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
