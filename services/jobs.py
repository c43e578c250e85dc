"""One run that this process owns: why it may have to stop, and whether its end was stored."""

from dataclasses import dataclass, field

import anyio

from services.agents.request import AgentFailed
from services.context import UserExecutionContext
from services.ports.runs import NewRun

CANCELLED = AgentFailed("the run was cancelled", error_type="cancelled")
INTERRUPTED = AgentFailed(
    "the server stopped before the run ended: ask again", error_type="interrupted", retryable=True
)


@dataclass(slots=True, eq=False)
class Job:
    """Mutable, on the loop's thread only. ``stop`` says why the run was cancelled; None means its time ran
    out. A ``superseded`` one was taken over by another process, which ends it.
    """

    new: NewRun
    context: UserExecutionContext
    seconds: float
    fence: int
    scope: anyio.CancelScope = field(default_factory=anyio.CancelScope)
    ended: anyio.Event = field(default_factory=anyio.Event)
    begun: bool = False
    settled: bool = False
    superseded: bool = False
    stop: AgentFailed | None = None

    @property
    def user_id(self) -> str:
        """Whose run it is."""
        return self.context.user_id

    @property
    def thread_id(self) -> str:
        """The thread it belongs to."""
        return self.context.thread_id

    def cancel(self, reason: AgentFailed) -> None:
        """Stop it; the first reason counts."""
        self.stop = self.stop or reason
        self.scope.cancel()

    def supersede(self) -> None:
        """Stop it without a word: another process speaks for it."""
        self.superseded = True
        self.cancel(INTERRUPTED)

    def why_cancelled(self) -> AgentFailed:
        """Say why the run was cut."""
        return self.stop or AgentFailed(
            f"the run took longer than {self.seconds:g} s", error_type="timeout", retryable=True
        )
