"""What happens to the runs of a process that died: another one takes them over and ends them honestly.

Its lease must have run out; then the run changes hands in the store, its fence goes up, and the log is told
before anything is read from it: whatever the former owner still says is refused. A run that had ended, but
whose last event the log does not have, is told as it ended.
"""

import structlog

from services.context import UserExecutionContext
from services.endings import tell_end
from services.errors import Superseded
from services.jobs import INTERRUPTED
from services.journal import RunJournal
from services.journaled_run import Key
from services.ports.events import EventLog
from services.ports.leases import Leases
from services.ports.run_store import RunStore
from services.ports.runs import Run, RunError, RunStatus
from services.replica import Replica
from services.sealed import Sealed

log = structlog.get_logger(__name__)


class RunRecovery(metaclass=Sealed):
    """Ends what others left; asked again and again by whoever tends the runs."""

    def __init__(
        self, replica: Replica, store: RunStore, leases: Leases, event_log: EventLog, journal: RunJournal
    ) -> None:
        self._replica, self._store, self._leases = replica, store, leases
        self._log, self._journal = event_log, journal
        self._taken: dict[Key, None] = {}

    async def look(self) -> int:
        """Take over the runs of every process that is gone and end them; return how many were ended.

        Raises ``Unavailable`` in the middle of it; what was begun is ended by the next call. Not for two
        tasks at once.
        """
        for run in await self._left_behind():
            fence = await self._store.take_over(run, self._replica.id)
            if fence is not None:
                self._taken[run.user_id, run.run_id] = None
        ended = 0
        for key in list(self._taken):
            ended += await self._ended(await self._store.run(*key))
            del self._taken[key]
        return ended

    async def _ended(self, run: Run) -> bool:
        """End the run; return False when our own lease had run out too and another process has it now."""
        try:
            if run.owner == self._replica.id:
                await self._end(run)
                return True
        except Superseded:
            self._journal.release(run.user_id, run.run_id)
        return False

    async def _left_behind(self) -> list[Run]:
        if not self._replica.steady:
            return []
        runs = await self._store.untold(but=self._replica.id)
        gone = await self._leases.without({run.owner for run in runs}) if runs else frozenset()
        return [run for run in runs if run.owner in gone]

    async def _end(self, run: Run) -> None:
        await self._log.fence(run.user_id, run.run_id, run.fence)
        await self._journal.adopt(run.user_id, run.run_id, run.fence)
        if not run.status.final:
            error = RunError(INTERRUPTED.error_type, INTERRUPTED.message, retryable=True)
            await self._store.finish(run.user_id, run.run_id, RunStatus.FAILED, fence=run.fence, error=error)
            run = await self._store.run(run.user_id, run.run_id)
        await tell_end(self._journal, UserExecutionContext(run.user_id, run.thread_id, run.run_id), run)
        log.info("run_recovered", user_id=run.user_id, run_id=run.run_id, status=run.status)
