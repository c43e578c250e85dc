"""Which direct calls are under way, and whose they are: noted before a call is announced, so that a process
that dies leaves none behind that nobody knows of.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import anyio
import structlog
from pydantic_core import from_json, to_json

from services.context import UserExecutionContext
from services.errors import Unavailable
from services.ports.ephemeral import Ephemeral
from services.replica import Replica
from services.sealed import Sealed

KIND = "open_call"
NOTED_S = 86_400.0
"""How long a note lasts that nobody removes; longer than the log keeps a user's events."""
AT_ONCE = 100

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class OpenCall:
    """One direct call, by the run it is told under, and the process that makes it."""

    user_id: str
    thread_id: str
    run_id: str
    owner: str


class OpenCalls(metaclass=Sealed):
    """The notes of all processes that share the database."""

    def __init__(self, ephemeral: Ephemeral, replica: Replica) -> None:
        self._ephemeral, self._replica = ephemeral, replica

    async def begin(self, context: UserExecutionContext) -> None:
        """Note that this process makes the call of this context. Raises ``Unavailable``: then it must not be
        made.
        """
        call = OpenCall(context.user_id, context.thread_id, context.run_id, self._replica.id)
        await self._ephemeral.put(KIND, call.run_id, to_json(asdict(call)).decode(), NOTED_S)

    async def end(self, run_id: str) -> None:
        """Remove the note. May be called twice, shields itself and raises nothing: a note that stays is found
        once this process is gone, and nothing is open under it.
        """
        try:
            with anyio.CancelScope(shield=True):
                await self._ephemeral.take(KIND, run_id)
        except Unavailable as away:
            log.warning("open_call_stays_noted", run_id=run_id, reason=str(away))

    async def of_others(self) -> Sequence[OpenCall]:
        """Return some calls of other processes, those that were noted first. Raises ``Unavailable``."""
        calls = [OpenCall(**from_json(text)) for text in await self._ephemeral.of_kind(KIND, AT_ONCE)]
        return [call for call in calls if call.owner != self._replica.id]
