"""How one run is carried out: scope, supervisor, stored end, told end; in this order, whatever happens."""

import math

import anyio
import anyio.lowlevel
import structlog

from services.agents.request import AgentFailed, AgentRequest, AgentResult
from services.endings import end_run
from services.errors import Refused, Superseded, Unavailable
from services.intake import Intake
from services.jobs import Job
from services.journal import RunJournal
from services.ports.metrics import Metrics
from services.ports.models import Message
from services.ports.run_store import RunStore
from services.ports.runs import RunError, RunStatus
from services.request import OpenRequest
from services.sealed import Sealed

log = structlog.get_logger(__name__)

HISTORY = 20
"""Earlier messages of the thread that agents are told."""

LAST_WORDS = 3.0
"""Seconds in which the end of a run must be stored and told; then it is tried again."""

FIRST_PAUSE, LONGEST_PAUSE = 0.1, 2.0
"""Seconds between two attempts to store an end while the store is away; doubled each time."""


class RunExecution(metaclass=Sealed):
    """Carries out runs, one call per run."""

    def __init__(
        self,
        open_request: OpenRequest,
        intake: Intake,
        store: RunStore,
        journal: RunJournal,
        metrics: Metrics,
    ) -> None:
        self._open_request, self._intake, self._store = open_request, intake, store
        self._journal, self._metrics = journal, metrics

    async def run(self, job: Job) -> RunStatus:
        """Carry the run out and return how it ended; raises nothing but what stops the process. While the
        store is away it goes on trying to store the end.
        """
        started = anyio.current_time()
        job.scope.deadline = started + job.seconds
        failure: AgentFailed | None = None
        try:
            with job.scope:
                await self._answer(job)
        except AgentFailed as error:
            failure = error
        except Refused as error:
            failure = AgentFailed(
                str(error), error_type=error.code, retryable=error.retry_after_s is not None
            )
        except Exception as error:
            log.error("run_failed", error=type(error).__name__, exc_info=error)
            reference = job.context.get_correlation_id()
            failure = AgentFailed(f"something went wrong (reference {reference})", retryable=True)
        if job.scope.cancelled_caught:
            failure = job.why_cancelled()
        while failure is not None and not await self.end(job, failure):
            await anyio.lowlevel.checkpoint()  # the end of the process ends the trying
        status = _status(failure)
        self._metrics.run_ended("superseded" if job.superseded else status, anyio.current_time() - started)
        return status

    async def end(self, job: Job, failure: AgentFailed) -> bool:
        """Store and tell a failure, as far as that was not done; return False when the store was away all
        the time. Bounded, and safe against cancellation.
        """
        with anyio.CancelScope(shield=True, deadline=anyio.current_time() + LAST_WORDS):
            await self._settle(job, failure)
            if not job.superseded:
                await end_run(self._journal, job.context, failure, job.new.message_id)
        return job.settled

    async def _answer(self, job: Job) -> None:
        new = job.new
        history = await self._history(job)
        attachments = await self._intake.attachments(job.user_id, job.thread_id, new.files)

        async def settle(outcome: AgentResult | AgentFailed) -> None:
            job.scope.deadline = math.inf  # the run is done: only the store may be late now
            await self._settle(job, outcome)

        request = AgentRequest(
            task=new.content,
            history=history,
            attachments=attachments,
            agent=new.agent,
            context={"message_id": new.message_id, "thread_id": job.thread_id},
            settle=settle,
            why_cancelled=job.why_cancelled,
        )
        async with self._open_request(job.context) as scope:
            await scope.supervisor.run(request)

    async def _history(self, job: Job) -> tuple[Message, ...]:
        page = await self._store.messages(job.user_id, job.thread_id, limit=HISTORY + 1)
        earlier = [stored for stored in page.items if stored.message_id != job.new.message_id][:HISTORY]
        return tuple(
            Message("assistant" if stored.role == "assistant" else "user", stored.content)
            for stored in reversed(earlier)
        )

    async def _settle(self, job: Job, outcome: AgentResult | AgentFailed) -> None:
        """Return once the end is stored, or belongs to another process."""
        pause = FIRST_PAUSE
        while not job.settled:
            try:
                await self._finish(job, outcome)
            except Superseded:
                job.supersede()
            except Unavailable as away:
                log.warning("run_end_waits", reason=str(away))
                await anyio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
                continue
            job.settled = True

    async def _finish(self, job: Job, outcome: AgentResult | AgentFailed) -> None:
        user_id, run_id = job.user_id, job.new.run_id
        if isinstance(outcome, AgentResult):
            await self._store.finish(
                user_id,
                run_id,
                RunStatus.COMPLETED,
                fence=job.fence,
                answer=outcome.answer,
                answer_id=f"answer_{run_id}",
            )
        else:
            error = RunError(outcome.error_type, outcome.message, outcome.retryable)
            await self._store.finish(user_id, run_id, _status(outcome), fence=job.fence, error=error)


def _status(failure: AgentFailed | None) -> RunStatus:
    if failure is None:
        return RunStatus.COMPLETED
    return RunStatus.CANCELLED if failure.error_type == "cancelled" else RunStatus.FAILED
