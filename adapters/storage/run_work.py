"""What each transaction of the run store does, on an open connection."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Dialect

from adapters.storage.run_rows import error_text, message_row, run_of, run_row, thread_row, title_of
from adapters.storage.run_statements import RunStatements
from adapters.storage.values import from_json, micros, plain
from services.errors import NotFound
from services.ports.runs import NewRun, Run, RunError, RunStatus, StoredMessage, Thread


class RunWork:
    """The transactions, with their statements compiled for one dialect. Keeps nothing between calls."""

    def __init__(self, dialect: Dialect) -> None:
        self._sql = RunStatements(dialect)

    def add_thread(self, connection: Connection, user_id: str, thread: Thread) -> None:
        """Store an empty thread."""
        self._sql.add_thread(connection, **thread_row(user_id, thread))

    def accept(self, connection: Connection, new: NewRun, run: Run) -> None:
        """Store message and run; constraints refuse a repeated message and a foreign thread."""
        if new.thread_id is None:
            self.add_thread(
                connection, run.user_id, Thread(run.thread_id, title_of(new.content), run.created_at)
            )
        message = StoredMessage(new.message_id, "user", new.content, run.run_id, run.created_at)
        self._sql.add_message(connection, **message_row(run.user_id, run.thread_id, message))
        self._sql.add_run(connection, **run_row(run))

    def begin(self, connection: Connection, user_id: str, run_id: str, now: datetime) -> None:
        """Note that the run is running, unless it ended."""
        status = RunStatus.RUNNING.value
        if not self._sql.begin_run(connection, user=user_id, run=run_id, new_status=status, now=micros(now)):
            self.run(connection, user_id, run_id)

    def end(  # the port's own arguments
        self,
        connection: Connection,
        user_id: str,
        run_id: str,
        status: RunStatus,
        answer: StoredMessage | None,
        error: RunError | None,
        now: datetime,
    ) -> bool:
        """End the run and store its answer, unless it ended before: the one row's update decides."""
        ended = self._sql.end_run(
            connection,
            user=user_id,
            run=run_id,
            new_status=status.value,
            new_answer=None if answer is None else plain(answer.content),
            new_error=error_text(error),
            now=micros(now),
        )
        if not ended:
            self.run(connection, user_id, run_id)
            return False
        if answer is not None:
            self._sql.add_message(connection, **message_row(user_id, ended[0].thread_id, answer))
        return True

    def run(self, connection: Connection, user_id: str, run_id: str) -> Run:
        """Return one run; raises ``NotFound``."""
        rows = self._sql.run(connection, user=user_id, run=run_id)
        if not rows:
            raise NotFound("There is no such run.")
        return run_of(rows[0])

    def run_of_message(self, connection: Connection, user_id: str, message_id: str) -> Run | None:
        """Return the run that this message started."""
        rows = self._sql.run_of_message(connection, user=user_id, message=message_id)
        return run_of(rows[0]) if rows else None

    def recent(self, connection: Connection, user_id: str, since: datetime) -> Sequence[Run]:
        """Return active and lately ended runs."""
        return [run_of(row) for row in self._sql.recent_runs(connection, user=user_id, since=micros(since))]

    def unfinished(self, connection: Connection) -> Sequence[Run]:
        """Return everyone's runs that have not ended."""
        return [run_of(row) for row in self._sql.unfinished_runs(connection)]

    def files_of_thread(self, connection: Connection, user_id: str, thread_id: str) -> Sequence[str]:
        """Return the ids of the files brought so far, each once; raises ``NotFound``."""
        self.require_thread(connection, user_id, thread_id)
        rows = self._sql.files(connection, user=user_id, thread=thread_id)
        return list(dict.fromkeys(file_id for row in rows for file_id in from_json(row.files)))

    def thread_rows(self, connection: Connection, user_id: str, below: int, limit: int) -> Sequence[Any]:
        """Return the newest threads below a position."""
        return self._sql.threads(connection, user=user_id, below=below, limit=limit)

    def message_rows(
        self, connection: Connection, user_id: str, thread_id: str, below: int, limit: int
    ) -> Sequence[Any]:
        """Return the newest messages below a position; raises ``NotFound``."""
        self.require_thread(connection, user_id, thread_id)
        return self._sql.messages(connection, user=user_id, thread=thread_id, below=below, limit=limit)

    def require_thread(self, connection: Connection, user_id: str, thread_id: str) -> None:
        """Raise ``NotFound`` unless the thread is the user's."""
        if not self._sql.thread(connection, user=user_id, thread=thread_id):
            raise NotFound("There is no such thread.")
