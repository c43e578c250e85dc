"""The run store over SQL: what is one transaction, and what a clash of two calls means."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from adapters.storage.cursors import checked_limit, page, position
from adapters.storage.database import Database
from adapters.storage.run_rows import message_of, queued, thread_of
from adapters.storage.run_work import RunWork
from adapters.storage.values import plain
from services.errors import Conflict, FieldError, InvalidInput
from services.ports.clock import Clock
from services.ports.events import Place
from services.ports.run_store import RunStore
from services.ports.runs import NewRun, Page, Run, RunError, RunStatus, StoredMessage, Thread, Told, Turns
from services.sealed import Sealed


class SqlRunStore(RunStore, metaclass=Sealed):
    """Threads, messages and runs in the database. A constraint keeps a ``message_id`` unique."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock
        self._work = RunWork(database.dialect)

    async def create_thread(self, user_id: str, thread_id: str, title: str) -> Thread:
        """Raises ``Conflict`` when the user has a thread of this id."""
        thread = Thread(thread_id, plain(title), self._clock.now())
        await self._database.write(lambda connection: self._work.add_thread(connection, user_id, thread))
        return thread

    async def threads(self, user_id: str, limit: int = 50, cursor: str | None = None) -> Page[Thread]:
        """Also raises ``InvalidInput`` (field ``limit``) for a limit below 1."""
        scope = ("threads", user_id)
        below, most = position(cursor, *scope), checked_limit(limit)
        rows = await self._database.read(lambda c: self._work.thread_rows(c, user_id, below, most))
        return page(rows, limit, thread_of, *scope)

    async def messages(
        self, user_id: str, thread_id: str, limit: int = 50, cursor: str | None = None
    ) -> Page[StoredMessage]:
        """Also raises ``InvalidInput`` (field ``limit``) for a limit below 1."""
        scope = ("messages", user_id, thread_id)
        below, most = position(cursor, *scope), checked_limit(limit)
        rows = await self._database.read(
            lambda c: self._work.message_rows(c, user_id, thread_id, below, most)
        )
        return page(rows, limit, message_of, *scope)

    async def accept(self, new: NewRun, owner: str, turns: Turns) -> tuple[Run, bool]:
        """Raises ``NotFound`` for a foreign thread, ``InvalidInput`` for an id used for something else."""
        if new.thread_id is None and not new.new_thread_id:
            raise ValueError("a run without thread_id needs new_thread_id")
        run = queued(new, owner, self._clock.now())
        try:
            stored = await self._database.write(lambda c: self._work.accept(c, new, run, turns))
        except Conflict:
            return await self._first(new), False
        return stored, True

    async def _first(self, new: NewRun) -> Run:
        """Say why storing clashed: sent before, a foreign thread, or an id used for something else."""
        first = await self.find_message(new.user_id, new.message_id)
        if first is not None:
            return first
        thread_id = new.thread_id
        if thread_id is not None:
            await self._database.read(lambda c: self._work.require_thread(c, new.user_id, thread_id))
        cure = FieldError("message_id", "is in use: make a fresh random one")
        raise InvalidInput("An id is used for something else.", errors=[cure])

    async def find_message(self, user_id: str, message_id: str) -> Run | None:
        """Return what the port says."""
        return await self._database.read(lambda c: self._work.run_of_message(c, user_id, message_id))

    async def begin(self, user_id: str, run_id: str, turns: Turns, *, fence: int) -> bool:
        """Raises ``NotFound`` and what the port says."""
        now = self._clock.now()
        return await self._database.write(lambda c: self._work.begin(c, user_id, run_id, turns, fence, now))

    async def finish(
        self,
        user_id: str,
        run_id: str,
        status: RunStatus,
        *,
        fence: int,
        answer: str | None = None,
        answer_id: str | None = None,
        error: RunError | None = None,
    ) -> bool:
        """Raises ``NotFound``; ``ValueError`` for a status that is not final or an answer without its id."""
        if not status.final or (answer is None) != (answer_id is None):
            raise ValueError("finish takes a final status, and an answer together with its answer_id")
        now = self._clock.now()
        message = None
        if answer is not None and answer_id is not None:
            message = StoredMessage(answer_id, "assistant", answer, run_id, now)
        return await self._database.write(
            lambda c: self._work.end(c, user_id, run_id, status, fence, message, error, now)
        )

    async def run(self, user_id: str, run_id: str) -> Run:
        """Raises ``NotFound``."""
        return await self._database.read(lambda connection: self._work.run(connection, user_id, run_id))

    async def recent(self, user_id: str, ended_since: datetime) -> Sequence[Run]:
        """Return what the port says."""
        return await self._database.read(
            lambda connection: self._work.recent(connection, user_id, ended_since)
        )

    async def files_of_thread(self, user_id: str, thread_id: str) -> Sequence[str]:
        """Raises ``NotFound``. Each id comes once."""
        return await self._database.read(lambda c: self._work.files_of_thread(c, user_id, thread_id))

    async def take_over(self, run: Run, owner: str) -> int | None:
        """Return what the port says."""
        return await self._database.write(lambda connection: self._work.take_over(connection, run, owner))

    async def untold(self, but: str) -> Sequence[Run]:
        """Return what the port says."""
        return await self._database.read(lambda connection: self._work.untold(connection, but))

    async def record_deliveries(
        self, told: Sequence[Told], acknowledged: Mapping[str, Place]
    ) -> Sequence[Run]:
        """Return what the port says."""
        now = self._clock.now()
        return await self._database.write(
            lambda connection: self._work.record_deliveries(connection, told, acknowledged, now)
        )
