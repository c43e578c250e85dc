"""Port: threads, messages and runs, as they are kept."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar

T = TypeVar("T")


class RunStatus(StrEnum):
    """The states of a run; the last three are final."""

    QUEUED = "queued"
    RUNNING = "running"
    WAITING_APPROVAL = "waiting_approval"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def final(self) -> bool:
        """Whether nothing can change any more."""
        return self in {RunStatus.COMPLETED, RunStatus.FAILED, RunStatus.CANCELLED}


@dataclass(frozen=True, slots=True)
class Thread:
    """A conversation of one user."""

    thread_id: str
    title: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class StoredMessage:
    """One turn as it is kept; ``role`` is user or assistant."""

    message_id: str
    role: str
    content: str
    run_id: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class RunError:
    """Why a run has no answer, in words its owner may read."""

    error_type: str
    message: str
    retryable: bool = False


@dataclass(frozen=True, slots=True)
class Run:
    """One run of one user. ``agent`` and ``files`` are what the message asked for; times are UTC."""

    run_id: str
    user_id: str
    thread_id: str
    message_id: str
    status: RunStatus
    created_at: datetime
    agent: str | None = None
    files: tuple[str, ...] = ()
    answer: str | None = None
    error: RunError | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class NewRun:
    """A message that starts a run. Without ``thread_id`` a thread is made, titled by the message's first
    words.
    """

    run_id: str
    user_id: str
    message_id: str
    content: str
    thread_id: str | None = None
    new_thread_id: str = ""
    agent: str | None = None
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some of a list, and the cursor that continues it (None at its end). Cursors are opaque text."""

    items: Sequence[T]
    next: str | None


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
    async def accept(self, new: NewRun) -> tuple[Run, bool]:
        """Store message and queued run together; return the run and True.

        When the user has sent this ``message_id`` before, return that first run and False, whatever the new
        content or thread; also when two calls race.
        """

    @abstractmethod
    async def find_message(self, user_id: str, message_id: str) -> Run | None:
        """Return the run that this message of the user started, if there is one."""

    @abstractmethod
    async def mark_running(self, user_id: str, run_id: str) -> None:
        """Set status ``running`` and ``started_at``; a run that has ended stays as it is."""

    @abstractmethod
    async def finish(
        self,
        user_id: str,
        run_id: str,
        status: RunStatus,
        *,
        answer: str | None = None,
        answer_id: str | None = None,
        error: RunError | None = None,
    ) -> bool:
        """End a run; with an answer, also store it as the thread's assistant message ``answer_id``.

        Returns False, and changes nothing, when the run had ended before.
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

    @abstractmethod
    async def unfinished(self) -> Sequence[Run]:
        """Return every user's runs without a final status, oldest first: work for the start after a crash."""
