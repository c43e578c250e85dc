"""What the journal knows of one run: its grammar, what is open, and the events that wait for the log.

Those wait in order and within a bound. Where it is reached, what a reader can do without gives way first:
thinking and pieces of the answer, which comes whole at the end, then progress. The rest never does.
"""

from collections import deque

import anyio

from services.events import PASSING, EventType, RunEvent
from services.grammar import RunGrammar

Key = tuple[str, str]
"""A run's user and id."""

GIVES_WAY = (
    frozenset({EventType.AGENT_THINKING, EventType.ANSWER_DELTA}),
    frozenset({EventType.PROGRESS_UPDATE}),
)

_STARTED = EventType.AGENT_STARTED
_OPENS = frozenset({EventType.TOOL_EXECUTING, EventType.SUBAGENT_STARTED})
_CLOSES = frozenset({EventType.TOOL_COMPLETED, EventType.SUBAGENT_COMPLETED})


class JournaledRun:
    """Mutable, on the event loop's thread only.

    ``accepted`` and ``done`` count events; ``last_seq`` is the number of the last one the log has, None when
    that is not known yet. A ``lost`` run was taken over by another process.
    """

    __slots__ = (
        "accepted",
        "done",
        "draining",
        "fence",
        "grammar",
        "key",
        "last_seq",
        "lost",
        "open_events",
        "outbox",
        "progress",
        "started_event",
    )

    def __init__(self, key: Key, fence: int = 0) -> None:
        self.key, self.fence, self.grammar = key, fence, RunGrammar(key[1])
        self.outbox: deque[RunEvent] = deque()
        self.accepted = self.done = 0
        self.draining = self.lost = False
        self.progress: anyio.Event | None = None
        self.last_seq: int | None = None
        self.started_event: RunEvent | None = None
        self.open_events: dict[str, RunEvent] = {}

    @property
    def disposable(self) -> bool:
        """Whether nothing of this run needs remembering; its number is found in the log again."""
        return not (self.outbox or self.draining or self.fence or self.grammar.started or self.grammar.calls)

    @property
    def next_seq(self) -> int:
        """The number of the event that is accepted next, as long as nothing gives way before it."""
        return (self.last_seq or 0) + len(self.outbox) + 1

    def first(self) -> RunEvent:
        """Return the event that goes to the log next, with its number."""
        assert self.last_seq is not None
        event, number = self.outbox[0], self.last_seq + 1
        return event if event.run_seq == number else event._replace(run_seq=number)

    def accept(self, event: RunEvent, subject: str | None) -> None:
        """Take an event that the grammar has allowed; ``next_seq`` is its number."""
        self.outbox.append(event)
        self.accepted += 1
        if event.type not in PASSING:
            self.remember(event, subject)

    def remember(self, event: RunEvent, subject: str | None) -> None:
        """Keep what is open, for readers who come later."""
        kind = event.type
        if kind in _OPENS:
            self.open_events[subject or ""] = event
        elif kind in _CLOSES:
            self.open_events.pop(subject or "", None)
        elif kind is _STARTED:
            self.started_event = event

    def sent(self) -> None:
        """The log has the first waiting event."""
        assert self.last_seq is not None
        self.last_seq += 1
        self.outbox.popleft()
        self.done += 1

    def lose(self) -> None:
        """Take nothing more to the log: another process speaks for the run."""
        self.lost = True
        self.done = self.accepted
        self.outbox.clear()

    def shed(self, most: int) -> int:
        """Let events give way until ``most`` wait, as far as that goes; return how many did."""
        surplus, shed = len(self.outbox) - most, 0
        # The first may be on its way to the log at this moment, with its number.
        first = 1 if self.draining else 0
        for kinds in GIVES_WAY:
            if shed < surplus:
                kept: deque[RunEvent] = deque()
                for number, event in enumerate(self.outbox):
                    if number >= first and shed < surplus and event.type in kinds:
                        shed += 1
                    else:
                        kept.append(event)
                self.outbox = kept
        self.done += shed
        return shed

    def state(self) -> list[RunEvent]:
        """Return its ``agent_started`` and what is open, oldest first; nothing before it has started."""
        if self.started_event is None:
            return []
        return [self.started_event, *self.open_events.values()]
