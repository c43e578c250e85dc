"""The call store over SQL: records are taken at once, written soon, and never lost without a word."""

from collections.abc import Sequence
from itertools import islice
from types import TracebackType
from typing import Any, Self

import structlog
from anyio import CancelScope, Event, create_task_group, move_on_after, to_thread
from anyio.abc import TaskGroup
from sqlalchemy import Connection, bindparam, select

from adapters.storage.call_rows import Pending, packed, record_of, row_of
from adapters.storage.database import Database
from adapters.storage.prepared import Prepared, adding
from adapters.storage.tables import calls as table
from services.errors import NotFound, Unavailable
from services.ports.calls import CallRecord, CallStore
from services.sealed import Sealed

BATCH_BYTES, BATCH_ROWS = 4_194_304, 500
SMALL = 16_384
RETRY_S = 1.0

_log = structlog.get_logger(__name__)


class SqlCallStore(CallStore, metaclass=Sealed):
    """Call records in the database, behind a buffer of at most ``pending_bytes``.

    The buffer must exceed the largest result. Between two writes ``linger`` seconds pass, so that many
    records share one. A record that cannot be stored, since the database refused writes until the buffer was
    full or until the end, is logged and counted in ``lost``. Leaving writes what is pending, once, also when
    cancelled.
    """

    def __init__(self, database: Database, pending_bytes: int = 268_435_456, linger: float = 0.05) -> None:
        self._database, self._bound, self._linger = database, pending_bytes, linger
        self._add = adding(table, database.dialect)
        names = ("user_id", "run_id", "call_id")
        one = select(table).where(*[table.c[name] == bindparam(f"the_{name}") for name in names])
        self._one = Prepared(one, database.dialect)
        self._pending: dict[tuple[str, str, str], Pending] = {}
        self._bytes = self.lost = 0
        self._wake, self._closing, self._flushed = Event(), Event(), Event()
        self._tasks: TaskGroup | None = None

    def keep(self, record: CallRecord) -> None:
        """Take the record as it is now: changing its values later changes nothing."""
        item = packed(record)
        key, size = item.key, item.size
        if key in self._pending:
            self._lose(item, "call_id used twice")
        elif self._bytes + size > self._bound:
            self._lose(item, "buffer full")
        else:
            self._pending[key] = item
            self._bytes += size
            self._wake.set()

    async def call(self, user_id: str, run_id: str, call_id: str) -> CallRecord:
        """Return what the port says; a large record is read in a worker thread."""
        item = self._pending.get((user_id, run_id, call_id))
        if item is not None:
            return await _read(item)

        def work(connection: Connection) -> Sequence[Any]:
            return self._one(connection, the_user_id=user_id, the_run_id=run_id, the_call_id=call_id)

        rows = await self._database.read(work)
        if not rows:
            raise NotFound("There is no such call.")
        return await _read(rows[0])

    async def __aenter__(self) -> Self:
        self._tasks = await create_task_group().__aenter__()
        self._tasks.start_soon(self._flush)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._tasks is not None
        self._closing.set()
        self._wake.set()
        with CancelScope(shield=True):
            await self._flushed.wait()
        # Nothing runs in the group any more; handing it the error would only wrap it in an exception group.
        await self._tasks.__aexit__(None, None, None)

    async def _flush(self) -> None:
        with CancelScope(shield=True):  # calls still end while their users are torn down around us
            while not self._closing.is_set():
                await self._wake.wait()
                self._wake = Event()
                await self._pause(self._linger)
                await self._store_all()
            if not await self._store_all():
                self._give_up(list(self._pending.values()), "database unavailable at the end")
            self._flushed.set()

    async def _store_all(self) -> bool:
        """Store what is pending, trying again until closing; return whether nothing is left."""
        while self._pending:
            if not await self._store(self._batch()):
                if self._closing.is_set():
                    return False
                await self._pause(RETRY_S)
        return True

    async def _pause(self, seconds: float) -> None:
        with move_on_after(seconds):
            await self._closing.wait()

    def _batch(self) -> Sequence[Pending]:
        """Return the oldest records that go into one statement: a large one goes alone."""
        batch: list[Pending] = []
        size = 0
        for item in islice(self._pending.values(), BATCH_ROWS):
            size += item.size
            if batch and size > BATCH_BYTES:
                break
            batch.append(item)
        return batch

    async def _store(self, batch: Sequence[Pending]) -> bool:
        """Write the records; return False when the database cannot now. A clash costs the others nothing."""
        try:
            await self._database.write(lambda c: self._add.many(c, [row_of(item) for item in batch]))
        except Unavailable:
            return False
        except Exception as error:  # noqa: BLE001 - a record that cannot be stored never ends the server
            if len(batch) > 1:
                return all([await self._store([item]) for item in batch])
            self._give_up(batch, type(error).__name__)
            return True
        self._forget(batch)
        return True

    def _give_up(self, batch: Sequence[Pending], reason: str) -> None:
        self._forget(batch)
        for item in batch:
            self._lose(item, reason)

    def _forget(self, batch: Sequence[Pending]) -> None:
        for item in batch:
            del self._pending[item.key]
            self._bytes -= item.size

    def _lose(self, item: Pending, reason: str) -> None:
        self.lost += 1
        _log.error("call_record_lost", call_id=item.call_id, run_id=item.run_id, reason=reason)


async def _read(row: Any) -> CallRecord:
    """Return the record; making values of a large text takes so long that others would wait for it."""
    if len(row.arguments) + len(row.result) < SMALL:
        return record_of(row)
    return await to_thread.run_sync(record_of, row)
