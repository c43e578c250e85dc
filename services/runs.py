"""The golden path: a message becomes a run, the run gets its own scope, its answer is stored, its end is
told.

Runs are detached from the sockets that start them: a socket that goes away changes nothing, ``cancel`` is a
command of its own, and a message that comes twice starts nothing new. The runs of one thread go one after
another.
"""

import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Self
from weakref import WeakValueDictionary

import anyio
import structlog
from anyio.abc import TaskGroup

from services.agents.request import AgentFailed
from services.context import UserExecutionContext
from services.endings import end_run, replayed_event, replayed_run
from services.errors import Unavailable
from services.execution import RunExecution
from services.intake import Accepted, Intake, RunRequest
from services.jobs import CANCELLED, INTERRUPTED, Job
from services.journal import RunJournal
from services.ports.clock import Clock
from services.ports.identity import User
from services.ports.presence import Presence
from services.ports.runs import NewRun, RunError, RunStatus, RunStore
from services.queueing import RunQueue
from services.sealed import Sealed

log = structlog.get_logger(__name__)

STOP_SECONDS = 5.0
"""How long cancelled runs may take to say that they ended."""


@dataclass(frozen=True, slots=True)
class RunBounds:
    """Runs of one user ``at_once`` and ``waiting``; ``seconds`` a run may take, ``kept_seconds`` it is told
    of afterwards.
    """

    at_once: int
    waiting: int
    seconds: float
    kept_seconds: float


class RunService(metaclass=Sealed):
    """Starts, cancels and describes runs; entered and left by the application."""

    def __init__(
        self,
        intake: Intake,
        execution: RunExecution,
        store: RunStore,
        journal: RunJournal,
        clock: Clock,
        presence: Presence,
        bounds: RunBounds,
    ) -> None:
        self._intake, self._execution, self._store, self._journal = intake, execution, store, journal
        self._clock, self._presence, self._bounds = clock, presence, bounds
        self._queue: RunQueue[Job] = RunQueue(at_once=bounds.at_once, waiting=bounds.waiting)
        self._jobs: dict[str, Job] = {}
        self._sending: WeakValueDictionary[tuple[str, str], anyio.Lock] = WeakValueDictionary()
        self._tasks: TaskGroup | None = None
        self.draining = False

    async def __aenter__(self) -> Self:
        self._tasks = await anyio.create_task_group().__aenter__()
        if self._presence.alone:
            await self._end_leftovers()
        return self

    async def __aexit__(self, *exc: object) -> None:
        """End what still runs, as interrupted."""
        assert self._tasks is not None
        self.draining = True
        for job in list(self._jobs.values()):
            await self._cancel(job, INTERRUPTED)
        await self._tasks.__aexit__(None, None, None)
        self._tasks = None

    @property
    def live_run_ids(self) -> frozenset[str]:
        """The runs this process works on, waiting ones included."""
        return frozenset(self._jobs)

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
                return Accepted(known.message_id, known.run_id, known.thread_id)
            return await self._start_new(user, request, connection_id)

    async def cancel(self, user_id: str, run_id: str) -> None:
        """Cancel a run; one that has ended stays as it is. Raises ``NotFound``."""
        job = self._jobs.get(run_id)
        if job is not None and job.user_id == user_id:
            await self._cancel(job, CANCELLED)
        else:
            await self._store.run(user_id, run_id)

    async def state(self, user_id: str) -> list[dict[str, Any]]:
        """Return each active run's ``agent_started`` and open calls, as state events."""
        return [replayed_event(event) for event in self._journal.state(user_id)]

    async def window(self, user_id: str) -> list[dict[str, Any]]:
        """Return beginning and end of each run that is active or ended within the window, from the store."""
        runs = await self._store.recent(
            user_id, self._clock.now() - timedelta(seconds=self._bounds.kept_seconds)
        )
        return [event for run in runs for event in replayed_run(run)]

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
        job = Job(new, _context(user, new, connection_id), self._bounds.seconds)
        self._queue.check(job)
        with anyio.CancelScope(shield=True):
            return await self._accept(job)
        raise AssertionError("a shield without a deadline ends nothing early")

    async def _accept(self, job: Job) -> Accepted:
        starts = self._queue.add(job)
        try:
            run, created = await self._store.accept(job.new)
        except BaseException:
            self._leave(job)
            raise
        if not created:
            self._leave(job)
            return Accepted(run.message_id, run.run_id, run.thread_id)
        job.accepted = True
        self._jobs[run.run_id] = job
        if starts or job.may_start:
            self._start(job)
        return Accepted(run.message_id, run.run_id, run.thread_id)

    def _start(self, job: Job) -> None:
        assert self._tasks is not None
        job.may_start = True
        if job.accepted:
            self._tasks.start_soon(self._work, job, name=f"run {job.new.run_id}")

    def _leave(self, job: Job) -> None:
        self._jobs.pop(job.new.run_id, None)
        job.ended.set()
        for following in self._queue.done(job):
            self._start(following)

    async def _work(self, job: Job) -> None:
        started = time.perf_counter()
        with structlog.contextvars.bound_contextvars(user_id=job.user_id, run_id=job.new.run_id):
            try:
                status = await self._execution.run(job)
                log.info("run", status=status, ms=round((time.perf_counter() - started) * 1000, 1))
            finally:
                self._leave(job)

    async def _cancel(self, job: Job, reason: AgentFailed) -> None:
        job.cancel(reason)
        if not job.may_start and not job.ended.is_set():
            # It waits for its turn: nothing runs that could tell its end.
            with anyio.CancelScope(shield=True):
                self._leave(job)
                await self._execution.end(job, reason)

    async def _end_leftovers(self) -> None:
        """End what a process that is gone could not."""
        for run in await self._store.unfinished():
            error = RunError(INTERRUPTED.error_type, INTERRUPTED.message, retryable=True)
            await self._store.finish(run.user_id, run.run_id, RunStatus.FAILED, error=error)
            context = UserExecutionContext(run.user_id, run.thread_id, run.run_id)
            await end_run(self._journal, context, INTERRUPTED, run.message_id)


def _context(user: User, new: NewRun, connection_id: str | None) -> UserExecutionContext:
    return UserExecutionContext(
        user.id,
        new.thread_id or new.new_thread_id,
        new.run_id,
        websocket_client_id=connection_id,
        roles=user.roles,
    )
