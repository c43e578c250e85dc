"""What happens to the direct calls of a process that died: another one, or the next, says that they were
interrupted.

Its lease must have run out; then the call's run is fenced in the log, so that whatever the former owner still
says is refused, and what the log shows open is completed. All of that may be done twice, also by two
processes at once: the second finds nothing open, or appends what the first did.
"""

import structlog

from services.context import UserExecutionContext
from services.endings import close_open
from services.errors import Unavailable
from services.journal import RunJournal
from services.journaled_run import Key
from services.open_calls import OpenCall, OpenCalls
from services.ports.events import EventLog
from services.ports.leases import Leases
from services.replica import Replica
from services.sealed import Sealed

FENCE = 1
"""Above that of a call's own process. One is enough: recovering twice changes nothing."""

log = structlog.get_logger(__name__)


class CallRecovery(metaclass=Sealed):
    """Ends what others left; asked again and again by whoever tends the runs."""

    def __init__(
        self, replica: Replica, calls: OpenCalls, leases: Leases, event_log: EventLog, journal: RunJournal
    ) -> None:
        self._replica, self._calls, self._leases = replica, calls, leases
        self._log, self._journal = event_log, journal
        self._taken: set[Key] = set()

    async def look(self) -> int:
        """End the calls of every process that is gone; return how many.

        Raises ``Unavailable`` in the middle of it; the next call goes on. Not for two tasks at once.
        """
        if not self._replica.steady:
            return 0
        calls = await self._calls.of_others()
        gone = await self._leases.without({call.owner for call in calls}) if calls else frozenset()
        left = [call for call in calls if call.owner in gone]
        for call in left:
            await self._end(call)
        return len(left)

    async def _end(self, call: OpenCall) -> None:
        key = (call.user_id, call.run_id)
        if key not in self._taken:
            await self._log.fence(*key, FENCE)
            await self._journal.adopt(*key, FENCE)
            self._taken.add(key)
        context = UserExecutionContext(call.user_id, call.thread_id, call.run_id)
        if not await close_open(self._journal, context):
            raise Unavailable("The event log is out of reach.")
        self._journal.release(*key)
        self._taken.discard(key)
        await self._calls.end(call.run_id)
        log.info("call_recovered", user_id=call.user_id, run_id=call.run_id, owner=call.owner)
