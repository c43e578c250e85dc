"""What a process does about runs now and then: it starts those that wait here, and ends those of the dead."""

from typing import Self

import anyio
import structlog
from anyio.abc import TaskGroup

from services.errors import Unavailable
from services.recovery import RunRecovery
from services.runs import RunService
from services.sealed import Sealed

log = structlog.get_logger(__name__)


class RunTender(metaclass=Sealed):
    """Looks every ``seconds`` from entering to leaving; what cannot be reached is tried again then."""

    def __init__(self, runs: RunService, recovery: RunRecovery, seconds: float) -> None:
        self._runs, self._recovery, self._seconds = runs, recovery, seconds
        self._tasks: TaskGroup | None = None

    async def __aenter__(self) -> Self:
        self._tasks = await anyio.create_task_group().__aenter__()
        self._tasks.start_soon(self._tend)
        return self

    async def __aexit__(self, *exc: object) -> None:
        assert self._tasks is not None
        self._tasks.cancel_scope.cancel()
        await self._tasks.__aexit__(None, None, None)

    async def _tend(self) -> None:
        while True:
            try:
                await self._recovery.look()
                await self._runs.begin_waiting()
            except Unavailable as away:
                log.warning("runs_not_tended", reason=str(away))
            await anyio.sleep(self._seconds)
