"""The golden path: a message becomes a run, the run gets its own scope, its answer is stored, its end is
told.

Runs are detached from the sockets that start them: a socket that goes away changes nothing, ``cancel`` is a
command of its own, and a message that comes twice starts nothing new. The store decides whose turn it is, so
that the runs of one thread go one after another on however many replicas.
"""

import time
from dataclasses import dataclass
from typing import Self
from weakref import WeakValueDictionary

import anyio
import structlog
from anyio.abc import TaskGroup

from services.agents.request import AgentFailed
from services.context import UserExecutionContext
from services.errors import Superseded, Unavailable
from services.execution import RunExecution
from services.intake import Accepted, Intake, RunRequest
from services.jobs import CANCELLED, INTERRUPTED, Job
from services.journal import RunJournal
from services.ports.identity import User
from services.ports.notices import Notices
from services.ports.run_store import RunStore
from services.ports.runs import NewRun, Run, RunStatus, Turns
from services.replica import Replica
from services.sealed import Sealed

log = structlog.get_logger(__name__)

CANCEL_NOTICE = "run_cancel"

STOP_SECONDS = 3.0
"""How long cancelled runs may take to say that they ended, when the application stops."""


@dataclass(frozen=True, slots=True)
class RunBounds:
    """Whose turn it is, and how many ``seconds`` a run may take."""

    turns: Turns
    seconds: float


class RunService(metaclass=Sealed):
    """Starts and cancels runs; entered and left by the application."""

    def __init__(
        self,
        replica: Replica,
        intake: Intake,
        execution: RunExecution,
        store: RunStore,
        journal: RunJournal,
        notices: Notices,
        bounds: RunBounds,
    ) -> None:
        self._replica, self._intake, self._execution, self._store = replica, intake, execution, store
        self._journal, self._notices, self._bounds = journal, notices, bounds
        self._jobs: dict[str, Job] = {}
        self._sending: WeakValueDictionary[tuple[str, str], anyio.Lock] = WeakValueDictionary()
        self._tasks: TaskGroup | None = None
        self.draining = False
        journal.when_superseded(self._superseded)
        notices.hear(CANCEL_NOTICE, self._cancel_heard)

    async def __aenter__(self) -> Self:
        self._tasks = await anyio.create_task_group().__aenter__()
        return self

    async def __aexit__(self, *exc: object) -> None:
        """End what still runs, as interrupted."""
        assert self._tasks is not None
        self.draining = True
        for job in list(self._jobs.values()):
            self._cancel(job, INTERRUPTED)
        # Where the store is away an end cannot be stored: whoever finds the run ends it.
        self._tasks.cancel_scope.deadline = anyio.current_time() + STOP_SECONDS
        await self._tasks.__aexit__(None, None, None)
        self._tasks = None

    @property
    def live_run_ids(self) -> frozenset[str]:
        """The runs this process works on, waiting ones included."""
        return frozenset(self._jobs)

    @property
    def active(self) -> int:
        """How many runs were begun here and have not ended; from any thread."""
        return sum(job.begun for job in tuple(self._jobs.values()))

    @property
    def waiting(self) -> int:
        """How many runs wait here for their turn; from any thread."""
        return sum(not job.begun for job in tuple(self._jobs.values()))

    async def start(self, user: User, request: RunRequest, connection_id: str | None = None) -> Accepted:
        """Store the message and its run, and start it when its turn comes; both are durable when this
        returns.

        The same ``message_id`` again returns the first run. Raises what ``Intake.check`` raises,
        ``TooMuch`` (``too_many_runs``) and ``Unavailable`` (``draining``); then nothing was stored. Safe to
        cancel: the message is then either stored and its run started, or neither.
        """
        # One at a time for the same message, so that repetitions that race take no place of another run.
        async with self._sending.setdefault((user.id, request.message_id), anyio.Lock()):
            known = await self._store.find_message(user.id, request.message_id)
            if known is not None:
                return _accepted(known)
            return await self._start_new(user, request, connection_id)

    async def cancel(self, user_id: str, run_id: str) -> None:
        """Cancel a run, whichever replica has it; one that has ended stays as it is. Raises ``NotFound``."""
        job = self._jobs.get(run_id)
        if job is not None and job.user_id == user_id:
            self._cancel(job, CANCELLED)
        elif not (await self._store.run(user_id, run_id)).status.final:
            await self._notices.post(CANCEL_NOTICE, run_id)

    async def begin_waiting(self, user_id: str | None = None) -> None:
        """Start the runs that wait here, of one user or of all, whose turn has come: a place may have become
        free elsewhere. Raises ``Unavailable``.
        """
        for job in list(self._jobs.values()):
            if not job.begun and user_id in {None, job.user_id}:
                with anyio.CancelScope(shield=True):  # a run that was begun must be carried out
                    await self._begin_in_turn(job)

    async def drain(self, seconds: float) -> bool:
        """Take no further runs and wait for the present ones; return whether all ended in time. May be
        called twice.
        """
        self.draining = True
        with anyio.move_on_after(seconds):
            while self._jobs:
                await next(iter(self._jobs.values())).ended.wait()
        return not self._jobs

    async def _start_new(self, user: User, request: RunRequest, connection_id: str | None) -> Accepted:
        if self.draining or self._tasks is None:
            raise Unavailable(
                "the server is about to stop: send the message again in a moment", retry_after_s=2.0
            )
        new = await self._intake.check(user, request)
        with anyio.CancelScope(shield=True):
            run, created = await self._store.accept(new, self._replica.id, self._bounds.turns)
            if created:
                context = _context(user, new, connection_id)
                self._take(Job(new, context, self._bounds.seconds, run.fence), run.status)
            return _accepted(run)
        raise AssertionError("a shield without a deadline ends nothing early")

    def _take(self, job: Job, status: RunStatus) -> None:
        self._jobs[job.new.run_id] = job
        self._journal.own(job.user_id, job.new.run_id, job.fence)
        if status is RunStatus.RUNNING:
            self._begin(job)

    def _begin(self, job: Job) -> None:
        if not job.begun and not job.ended.is_set():
            assert self._tasks is not None
            job.begun = True
            self._tasks.start_soon(self._work, job, name=f"run {job.new.run_id}")

    async def _work(self, job: Job) -> None:
        started = time.perf_counter()
        with structlog.contextvars.bound_contextvars(user_id=job.user_id, run_id=job.new.run_id):
            try:
                status = await self._execution.run(job)
                log.info("run", status=status, ms=round((time.perf_counter() - started) * 1000, 1))
            finally:
                self._leave(job)

    def _leave(self, job: Job) -> None:
        """Forget a run that has ended, and let the user's next one go."""
        self._jobs.pop(job.new.run_id, None)
        if job.superseded:
            self._journal.release(job.user_id, job.new.run_id)
        job.ended.set()
        waiting = (other.user_id for other in self._jobs.values() if not other.begun)
        if self._tasks is not None and job.user_id in waiting:
            self._tasks.start_soon(self._begin_next, job.user_id)

    async def _begin_next(self, user_id: str) -> None:
        try:
            await self.begin_waiting(user_id)
        except Unavailable as away:  # whoever tends the runs looks again in a moment
            log.warning("runs_wait", reason=str(away))

    async def _begin_in_turn(self, job: Job) -> None:
        try:
            if await self._store.begin(job.user_id, job.new.run_id, self._bounds.turns, fence=job.fence):
                self._begin(job)
        except Superseded:
            self._superseded(job.user_id, job.new.run_id)

    def _cancel(self, job: Job, reason: AgentFailed) -> None:
        job.cancel(reason)
        self._begin(job)  # one that waits for its turn begins cancelled: that tells its end

    def _cancel_heard(self, run_id: str) -> None:
        job = self._jobs.get(run_id)
        if job is not None:
            self._cancel(job, CANCELLED)

    def _superseded(self, user_id: str, run_id: str) -> None:
        job = self._jobs.get(run_id)
        if job is not None and job.user_id == user_id:
            job.supersede()
            self._begin(job)


def _accepted(run: Run) -> Accepted:
    return Accepted(run.message_id, run.run_id, run.thread_id)


def _context(user: User, new: NewRun, connection_id: str | None) -> UserExecutionContext:
    return UserExecutionContext(
        user.id,
        new.thread_id or new.new_thread_id,
        new.run_id,
        websocket_client_id=connection_id,
        roles=user.roles,
    )
