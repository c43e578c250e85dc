"""Port: threads, messages and runs are kept, and one process works on each run."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import datetime

from services.ports.events import Place
from services.ports.runs import NewRun, Page, Run, RunError, RunStatus, StoredMessage, Thread, Told, Turns


class RunStore(ABC):
    """Threads, messages and runs. Each method is one transaction: done and durable when it returns, or not
    at all.

    Everything takes the owner's id; what belongs to somebody else raises ``NotFound`` exactly as if it did
    not exist. Cursors that were not given out raise ``InvalidInput`` naming the field ``cursor``.
    """

    @abstractmethod
    async def create_thread(self, user_id: str, thread_id: str, title: str) -> Thread:
        """Store an empty thread."""

    @abstractmethod
    async def threads(self, user_id: str, limit: int = 50, cursor: str | None = None) -> Page[Thread]:
        """Return the user's threads, newest first."""

    @abstractmethod
    async def messages(
        self, user_id: str, thread_id: str, limit: int = 50, cursor: str | None = None
    ) -> Page[StoredMessage]:
        """Return a thread's messages, newest first."""

    @abstractmethod
    async def accept(self, new: NewRun, owner: str, turns: Turns) -> tuple[Run, bool]:
        """Store message and run together; return the run and True. It is ``running`` when its turn has come,
        else ``queued``: the runs of a thread go one after another, and a user's ``at_once``, exact across all
        processes.

        When the user has sent this ``message_id`` before, return that first run and False, whatever the new
        content or thread; also when two calls race. Raises ``TooMuch`` (``too_many_runs``) for a run that
        would have to wait behind ``waiting`` others.
        """

    @abstractmethod
    async def find_message(self, user_id: str, message_id: str) -> Run | None:
        """Return the run that this message of the user started, if there is one."""

    @abstractmethod
    async def begin(self, user_id: str, run_id: str, turns: Turns, *, fence: int) -> bool:
        """Make a queued run ``running`` when its turn has come; return whether this call did. Raises
        ``Superseded`` when the run has a greater fence: it was taken over.
        """

    @abstractmethod
    async def finish(
        self,
        user_id: str,
        run_id: str,
        status: RunStatus,
        *,
        fence: int,
        answer: str | None = None,
        answer_id: str | None = None,
        error: RunError | None = None,
    ) -> bool:
        """End a run; with an answer, also store it as the thread's assistant message ``answer_id``.

        Returns False, and changes nothing, when the run had ended before. Raises ``Superseded`` when the run
        has a greater fence: it was taken over.
        """

    @abstractmethod
    async def take_over(self, run: Run, owner: str) -> int | None:
        """Make ``owner`` the owner of a run that still has the owner and fence given; return the new fence,
        or None when somebody else was faster.
        """

    @abstractmethod
    async def untold(self, but: str) -> Sequence[Run]:
        """Return the runs of every owner but this one whose end the log does not have, oldest first."""

    @abstractmethod
    async def record_deliveries(
        self, told: Sequence[Told], acknowledged: Mapping[str, Place]
    ) -> Sequence[Run]:
        """Note which runs were told, then, by user, up to which place events have arrived; return the runs
        that are now delivered and were not before.
        """

    @abstractmethod
    async def run(self, user_id: str, run_id: str) -> Run:
        """Return one run."""

    @abstractmethod
    async def recent(self, user_id: str, ended_since: datetime) -> Sequence[Run]:
        """Return the runs that are active or ended at or after that time, oldest first."""

    @abstractmethod
    async def files_of_thread(self, user_id: str, thread_id: str) -> Sequence[str]:
        """Return the ids of all files that the thread's messages brought, in the order of their first use."""
