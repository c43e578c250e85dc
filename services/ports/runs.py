"""Threads, messages and runs, as they are kept: the values of the port ``run_store``."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Generic, NamedTuple, TypeVar

from services.ports.events import Place

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
    """One run of one user. ``agent`` and ``files`` are what the message asked for; times are UTC.

    ``owner`` is the replica that works on it, ``fence`` grows when it changes hands. ``told`` is where its
    terminal event stands once the log has it; ``delivered_at`` is when a client acknowledged that event.
    """

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
    owner: str = ""
    fence: int = 1
    told: Place | None = None
    told_at: datetime | None = None
    delivered_at: datetime | None = None


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
class Turns:
    """How many runs of one user may go ``at_once`` and how many may wait beyond that."""

    at_once: int
    waiting: int


class Told(NamedTuple):
    """A run whose terminal event the log has."""

    user_id: str
    run_id: str
    place: Place


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some of a list, and the cursor that continues it (None at its end). Cursors are opaque text."""

    items: Sequence[T]
    next: str | None
