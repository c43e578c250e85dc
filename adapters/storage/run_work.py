"""What each transaction of the run store does, on an open connection."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Dialect

from adapters.storage.locks import lock_user
from adapters.storage.run_rows import error_text, message_row, run_of, run_row, thread_row, title_of
from adapters.storage.run_statements import RunStatements
from adapters.storage.values import from_json, micros, plain
from services.errors import Conflict, NotFound, Superseded, TooMuch
from services.ports.events import Place
from services.ports.runs import NewRun, Run, RunError, RunStatus, StoredMessage, Thread, Told, Turns

NEWEST = 2**63 - 1
"""A position beyond every row's."""
NO_RUN = "There is no such run."


class RunWork:
    """The transactions, with their statements compiled for one dialect. Keeps nothing between calls."""

    def __init__(self, dialect: Dialect) -> None:
        self._sql = RunStatements(dialect)

    def add_thread(self, connection: Connection, user_id: str, thread: Thread) -> None:
        """Store an empty thread."""
        self._sql.add_thread(connection, **thread_row(user_id, thread))

    def accept(self, connection: Connection, new: NewRun, run: Run, turns: Turns) -> Run:
        """Store message and run; constraints refuse a repeated message and a foreign thread."""
        lock_user(connection, "runs", run.user_id)
        run = self._in_turn(connection, run, turns)
        if new.thread_id is None:
            self.add_thread(
                connection, run.user_id, Thread(run.thread_id, title_of(new.content), run.created_at)
            )
        message = StoredMessage(new.message_id, "user", new.content, run.run_id, run.created_at)
        self._sql.add_message(connection, **message_row(run.user_id, run.thread_id, message))
        self._sql.add_run(connection, **run_row(run))
        return run

    def begin(
        self, connection: Connection, user_id: str, run_id: str, turns: Turns, fence: int, now: datetime
    ) -> bool:
        """Let a queued run go if its turn has come and nobody has taken it over."""
        lock_user(connection, "runs", user_id)
        rows = self._sql.run(connection, user=user_id, run=run_id)
        if not rows:
            raise NotFound(NO_RUN)
        row = rows[0]
        if row.fence > fence:
            raise Superseded(run_id)
        [count] = self._sql.turns(connection, user=user_id, thread=row.thread_id, below=row.position)
        if count.before or count.going >= turns.at_once:
            return False
        return bool(self._sql.begin_run(connection, user=user_id, run=run_id, now=micros(now)))

    def end(  # the port's own arguments
        self,
        connection: Connection,
        user_id: str,
        run_id: str,
        status: RunStatus,
        fence: int,
        answer: StoredMessage | None,
        error: RunError | None,
        now: datetime,
    ) -> bool:
        """End the run and store its answer, unless it ended before: the one row's update decides."""
        ended = self._sql.end_run(
            connection,
            user=user_id,
            run=run_id,
            the_fence=fence,
            new_status=status.value,
            new_answer=None if answer is None else plain(answer.content),
            new_error=error_text(error),
            now=micros(now),
        )
        if not ended:
            if self.run(connection, user_id, run_id).fence > fence:
                raise Superseded(run_id)
            return False
        if answer is not None:
            self._sql.add_message(connection, **message_row(user_id, ended[0].thread_id, answer))
        return True

    def take_over(self, connection: Connection, run: Run, owner: str) -> int | None:
        """Change the owner, if nobody else did."""
        rows = self._sql.take_over(
            connection,
            user=run.user_id,
            run=run.run_id,
            the_fence=run.fence,
            old_owner=run.owner,
            new_owner=owner,
        )
        return rows[0].fence if rows else None

    def untold(self, connection: Connection, but: str) -> Sequence[Run]:
        """Return the runs of others whose end the log does not have."""
        return [run_of(row) for row in self._sql.untold(connection, but=but)]

    def record_deliveries(
        self, connection: Connection, told: Sequence[Told], acknowledged: Mapping[str, Place], now: datetime
    ) -> Sequence[Run]:
        """Note where ends were told, then what has arrived."""
        moment = micros(now)
        if told:
            self._sql.tell.many(
                connection,
                [
                    {"user": user, "run": run, "epoch": place.epoch, "seq": place.seq, "now": moment}
                    for user, run, place in sorted(told)
                ],
            )
        return [
            run_of(row)
            for user_id, place in sorted(acknowledged.items())
            for row in self._sql.deliver(
                connection, user=user_id, epoch=place.epoch, seq=place.seq, now=moment
            )
        ]

    def _in_turn(self, connection: Connection, run: Run, turns: Turns) -> Run:
        """Return the run as it is to be stored; raises ``TooMuch``, or ``Conflict`` for a repetition."""
        [count] = self._sql.turns(connection, user=run.user_id, thread=run.thread_id, below=NEWEST)
        if not count.before and count.going < turns.at_once:
            return replace(run, status=RunStatus.RUNNING, started_at=run.created_at)
        if count.waiting < turns.waiting:
            return run
        if self.run_of_message(connection, run.user_id, run.message_id) is not None:
            raise Conflict("The message was sent before.")
        raise TooMuch(
            f"{turns.at_once} runs at once and {turns.waiting} waiting are allowed: wait for one to end, "
            "or cancel one",
            code="too_many_runs",
            retry_after_s=1.0,
        )

    def run(self, connection: Connection, user_id: str, run_id: str) -> Run:
        """Return one run; raises ``NotFound``."""
        rows = self._sql.run(connection, user=user_id, run=run_id)
        if not rows:
            raise NotFound(NO_RUN)
        return run_of(rows[0])

    def run_of_message(self, connection: Connection, user_id: str, message_id: str) -> Run | None:
        """Return the run that this message started."""
        rows = self._sql.run_of_message(connection, user=user_id, message=message_id)
        return run_of(rows[0]) if rows else None

    def recent(self, connection: Connection, user_id: str, since: datetime) -> Sequence[Run]:
        """Return active and lately ended runs."""
        return [run_of(row) for row in self._sql.recent_runs(connection, user=user_id, since=micros(since))]

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
