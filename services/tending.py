"""What a process does now and then: it starts runs that wait here, and ends runs and calls of the dead."""

import anyio
import structlog

from services.background import Background
from services.call_recovery import CallRecovery
from services.errors import Unavailable
from services.recovery import RunRecovery
from services.runs import RunService
from services.sealed import Sealed

log = structlog.get_logger(__name__)


class RunTender(Background, metaclass=Sealed):
    """Looks every ``seconds`` from entering to leaving; what cannot be reached is tried again then."""

    def __init__(self, runs: RunService, recovery: RunRecovery, calls: CallRecovery, seconds: float) -> None:
        self._runs, self._recovery, self._calls, self._seconds = runs, recovery, calls, seconds

    async def work(self) -> None:
        """Look, again and again."""
        while True:
            try:
                await self._recovery.look()
                await self._calls.look()
                await self._runs.begin_waiting()
            except Unavailable as away:
                log.warning("runs_not_tended", reason=str(away))
            await anyio.sleep(self._seconds)
