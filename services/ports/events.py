"""Ports: the log of a user's events, and the bridge a run speaks through."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from services.events import RunEvent


class Frame(NamedTuple):
    """One event as every socket gets it: ``data`` is its JSON text, encoded once, with ``seq`` and
    ``epoch``. A reader whose ``epoch`` is another one must not take it.
    """

    seq: int
    run_id: str
    data: bytes
    epoch: str


READ_BYTES = 262_144
"""Most bytes of events in one answer to a reader, so that one who catches up, or has stopped reading, holds
little; four of the largest events, and what a ring holds.
"""


class Place(NamedTuple):
    """Where one event stands; also what a client's ``after`` and ``ack`` name."""

    epoch: str
    seq: int


@dataclass(frozen=True, slots=True)
class Head:
    """Where a user's log stands: kept events are ``first``..``head``; where none is kept ``first`` is
    ``head + 1``.
    """

    epoch: str
    first: int
    head: int


Take = Callable[[Frame], bool]
"""Takes an event, or says that it did not. It is called in the middle of an append: it must neither raise,
nor wait, nor touch the log.
"""


class Watch(ABC):
    """A reader's wake-up. Waiting is safe to cancel; a wake-up may come for nothing, but never too late."""

    @abstractmethod
    async def wait(self, after: int, take: Take | None = None) -> None:
        """Return once the user's head is greater than ``after``. Raises ``Lapped``, once, when the log began
        anew since this watch did: its head names the new epoch.

        Each event that comes while this waits is first offered to ``take``, in order, before its append is
        answered. Waiting goes on as though ``after`` were the last one taken; the first one that is not taken
        ends it, and no more are offered. One wait of a watch at a time.
        """

    @abstractmethod
    def close(self) -> None:
        """Stop watching. May be called twice."""


class EventLog(ABC):
    """One log per user. ``seq`` is contiguous from 1 within an ``epoch``; the epoch exists from the first
    read on.

    Appending is idempotent by ``(run_id, run_seq)`` and safe to cancel: the event is then either stored or
    not, and the same call may be made again. Events are kept within bounds of number, bytes and age; what
    was trimmed is refused, never skipped. Where the log is out of reach every method raises ``Unavailable``,
    and the same call succeeds later.
    """

    @abstractmethod
    async def append(self, event: RunEvent, fence: int = 0) -> Place:
        """Store the event and return its place, from which on every reader can see it; a repetition returns
        the place of the first.

        A ``run_seq`` must be the last one of its run + 1; a lower one is a repetition. Raises ``Superseded``
        when the run was fenced with a token greater than ``fence``, and ``Lapped`` for a repetition of what
        was trimmed.
        """

    @abstractmethod
    async def fence(self, user_id: str, run_id: str, token: int) -> None:
        """Refuse this run's appends with a lower token from now on. A lower token than before changes
        nothing.
        """

    @abstractmethod
    async def last_run_seq(self, user_id: str, run_id: str) -> int:
        """Return the highest ``run_seq`` appended for this run, 0 for none."""

    @abstractmethod
    async def head(self, user_id: str) -> Head:
        """Return where the log stands now, as the store says."""

    @abstractmethod
    async def read(self, user_id: str, after: int, limit: int = 256) -> Sequence[Frame]:
        """Return frames from ``after + 1`` on, in order and without a hole: up to ``limit``, and no more than
        ``READ_BYTES`` of them together, but one wherever there is one.

        Raises ``Lapped`` when ``after + 1`` was trimmed or lies beyond the head + 1.
        """

    @abstractmethod
    async def read_run(self, user_id: str, run_id: str) -> Sequence[Frame]:
        """Return all kept frames of one run, oldest first."""

    @abstractmethod
    def watch(self, user_id: str) -> Watch:
        """Return a wake-up for this user's log."""

    @abstractmethod
    async def check(self) -> None:
        """Return when the log can be read and appended to; raises ``Unavailable`` saying why not."""


class Lapped(Exception):
    """The reader's position is outside what the log keeps."""

    def __init__(self, after: int, head: Head) -> None:
        self.after, self.head = after, head
        super().__init__(after, head)


class AgentWebSocketBridge(ABC):
    """The one road from a run to its user, bound to one context.

    Every method returns True once the event is appended to the log, False when it was refused: another
    run's id, a blank one, or ``registry``. Delivery trouble never raises; breaking the grammar of the run
    raises ``GrammarError``. Safe to cancel: an event whose sending was cut is sent before the next one.
    """

    @abstractmethod
    async def notify_agent_started(
        self,
        run_id: str,
        agent_name: str,
        context: Mapping[str, Any] | None = None,
        trace_context: Mapping[str, Any] | None = None,
    ) -> bool:
        """The run's outermost agent begins."""

    @abstractmethod
    async def notify_agent_thinking(
        self,
        run_id: str,
        agent_name: str,
        reasoning: str,
        step_number: int | None = None,
        progress_percentage: float | None = None,
        trace_context: Mapping[str, Any] | None = None,
    ) -> bool:
        """An agent says what it is about to do."""

    @abstractmethod
    async def notify_tool_executing(
        self,
        run_id: str,
        agent_name: str,
        tool_name: str,
        parameters: Mapping[str, Any] | None = None,
        *,
        call_id: str | None = None,
        trace_context: Mapping[str, Any] | None = None,
    ) -> bool:
        """A tool starts. Without ``call_id`` one is made, and the next completion of that tool name takes
        it.
        """

    @abstractmethod
    async def notify_tool_completed(  # noqa: PLR0913 - old callers' signature
        self,
        run_id: str,
        agent_name: str,
        tool_name: str,
        result: Any = None,
        execution_time_ms: float | None = None,
        *,
        call_id: str | None = None,
        success: bool = True,
        error: Mapping[str, str] | None = None,
        trace_context: Mapping[str, Any] | None = None,
    ) -> bool:
        """A started tool ended, in whatever way."""

    @abstractmethod
    async def notify_agent_completed(
        self,
        run_id: str,
        agent_name: str,
        result: Any = None,
        execution_time_ms: float | None = None,
        trace_context: Mapping[str, Any] | None = None,
    ) -> bool:
        """The outermost agent has an answer; nothing follows."""

    @abstractmethod
    async def notify_agent_error(
        self,
        run_id: str,
        agent_name: str,
        error: str,
        error_context: Mapping[str, Any] | None = None,
        trace_context: Mapping[str, Any] | None = None,
    ) -> bool:
        """The run failed or was cancelled; nothing follows."""

    @abstractmethod
    async def notify_progress_update(
        self, run_id: str, agent_name: str, progress: Mapping[str, Any], message: str = ""
    ) -> bool:
        """A tool or agent reports how far it is."""

    @abstractmethod
    async def notify_custom(
        self, run_id: str, agent_name: str, notification_type: str, data: Mapping[str, Any]
    ) -> bool:
        """Send one of the remaining event types of the protocol by its name; an unknown type raises
        ``ValueError``.
        """

    async def settle(self) -> None:  # noqa: B027 - most bridges have nothing to send later
        """Send what a cancellation cut; called when the bridge's request ends. May be called any number of
        times.
        """

    @property
    @abstractmethod
    def has_listeners(self) -> bool:
        """Whether a socket or stream of this user is connected here now."""
