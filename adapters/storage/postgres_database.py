"""The database on a PostgreSQL server: each write a transaction of its own, many at once."""

import math
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, suppress
from types import TracebackType
from typing import Any, Self, TypeVar
from weakref import WeakSet

from anyio import CancelScope, Semaphore, create_task_group, current_time, fail_after, move_on_after
from anyio.abc import TaskGroup
from sqlalchemy import Connection, Dialect, event

from adapters.storage.database import Database
from adapters.storage.faults import SLOW, UNWRITABLE, noted, told, unavailable
from adapters.storage.haste import Haste
from adapters.storage.migrate import migrate
from adapters.storage.notifying import Callback, Listener
from adapters.storage.postgres import PostgresServer
from adapters.storage.postgres_work import READ, SERVER, WRITE, Again, TakenBack, whole
from services.sealed import Sealed

T = TypeVar("T")
ATTEMPTS = 5
CLOSING = 5.0
"""Seconds in which connections are closed in an orderly way."""
MARGIN = 1.0
"""Seconds in which the server may report that time is up before the connection is given up."""


class PostgresDatabase(Database, metaclass=Sealed):
    """One database of a server, used by any number of processes.

    Entering raises ``InvalidInput`` (field ``database.url``) for a server that cannot be used and
    ``Unavailable`` for one that does not answer. Work runs on the event loop's thread, in SQLAlchemy's
    bridge, so it should not compute for long. It is run again after a deadlock and after a connection that
    broke before the commit. Should the connection break during the commit, ``Unavailable`` is raised and all
    was done or nothing. A server that was away is used again as soon as it is back.
    """

    def __init__(self, server: PostgresServer, connections: int = 10, waiting: int = 10_000) -> None:
        self.server, self.connections, self._most = server, connections, waiting
        self._engine = server.engine(connections)
        self._free = Semaphore(connections, max_value=connections)
        self._listener, self._haste = Listener(server), Haste()
        self._at_work: set[CancelScope] = set()
        self._silent = False
        self._connections: WeakSet[Any] = WeakSet()
        event.listen(self._engine.sync_engine, "connect", self._connected)
        self._tasks: TaskGroup | None = None
        self._open = False

    @property
    def dialect(self) -> Dialect:
        """Return what the role says."""
        return self._engine.dialect

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Return what the role says. Cancelled, it ends as soon as the server has answered."""
        return await self._do(READ, work)

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Return what the role says. Cancelled while it waits for a connection, nothing was done."""
        return await self._do(WRITE, work)

    def listen(self, channel: str, callback: Callback) -> AbstractAsyncContextManager[None]:
        """Call back with each notice on this channel while the block runs; see ``Listener``."""
        return self._listener.listen(channel, callback)

    def hurry(self, seconds: float) -> None:
        """Give up what takes longer, also what is under way; see the role. Once a server has not answered in
        that time it is asked no more.
        """
        self._haste.begin(seconds)
        for scope in self._at_work:
            scope.deadline = min(scope.deadline, current_time() + self._haste.work(math.inf))

    async def __aenter__(self) -> Self:
        await migrate(self.server)
        self._tasks = await create_task_group().__aenter__()
        self._tasks.start_soon(self._listener.run)
        self._open = True
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._tasks is not None
        self._open = False
        self._tasks.cancel_scope.cancel()
        with CancelScope(shield=True):
            for _ in range(self.connections):  # each is handed on in turn: all that waited before come first
                await self._free.acquire()
            async with create_task_group() as tasks:
                for connection in tuple(self._connections):
                    tasks.start_soon(_close, connection, self._haste.work(CLOSING))
            await self._engine.dispose()
        # Nothing runs in the group any more; handing it the error would only wrap it in an exception group.
        await self._tasks.__aexit__(None, None, None)

    async def _do(self, begin: str, work: Callable[[Connection], T]) -> T:
        if not self._open:
            raise unavailable("The database is closed.")
        if self._silent:
            raise unavailable(SLOW)
        await self._turn()
        try:
            return await self._repeated(begin, work)
        except TakenBack:
            raise unavailable() from None
        except (*SERVER, *UNWRITABLE, OSError) as error:
            noted(error)
            raise told(error) from None
        finally:
            self._free.release()

    async def _turn(self) -> None:
        if self._free.statistics().tasks_waiting >= self._most:
            raise unavailable("Too many are waiting for the database.")
        with move_on_after(self._haste.work(self.server.busy_timeout)) as waiting:
            await self._free.acquire()
        if waiting.cancelled_caught:
            raise unavailable("All connections to the database are busy.")

    async def _repeated(self, begin: str, work: Callable[[Connection], T]) -> T:
        for _ in range(ATTEMPTS - 1):
            try:
                return await self._once(begin, work)
            except Again:
                continue
        try:
            return await self._once(begin, work)
        except Again as again:
            raise again.reason from None

    async def _once(self, begin: str, work: Callable[[Connection], T]) -> T:
        if self._silent:
            raise TimeoutError
        with fail_after(self._haste.work(self.server.work_timeout + MARGIN), shield=True) as scope:
            self._at_work.add(scope)
            try:
                async with self._engine.connect() as connection:
                    return await connection.run_sync(whole, begin, work)
            finally:
                self._at_work.discard(scope)
                if self._haste.begun and scope.cancel_called:
                    self._silent = True

    def _connected(self, adapted: Any, _record: object) -> None:
        self._connections.add(adapted.driver_connection)


async def _close(connection: Any, seconds: float) -> None:
    """Close in an orderly way; a server that does not take it is left in so many seconds."""
    with suppress(*SERVER, OSError):
        await connection.close(timeout=seconds)
