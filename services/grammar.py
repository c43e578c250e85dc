"""In which order a run may send its events: a state machine per run, asked before an event is accepted.

The grammar is the protocol's (version 1, section 3): ``agent_started`` first and once, each
``tool_executing`` answered by one ``tool_completed``, one terminal event last. Direct calls send tool and
progress events only.
"""

from services.errors import GrammarError
from services.events import LIFECYCLE_ENDS, PASSING, EventType

DIRECT = "direct"
"""The agent name of calls that no agent makes."""

# Asking the enumeration for a member calls Python code, and every event is compared with these.
_STARTED = EventType.AGENT_STARTED
_EXECUTING, _COMPLETED = EventType.TOOL_EXECUTING, EventType.TOOL_COMPLETED
_SUBAGENT_STARTED, _SUBAGENT_COMPLETED = EventType.SUBAGENT_STARTED, EventType.SUBAGENT_COMPLETED

_WITHOUT_AGENT = frozenset({_EXECUTING, _COMPLETED, EventType.PROGRESS_UPDATE})


class RunGrammar:
    """The state of one run. Not thread-safe: asked on the event loop's thread only."""

    __slots__ = ("calls", "ended", "run_id", "seen_calls", "started", "subagents")

    def __init__(self, run_id: str) -> None:
        self.run_id = run_id
        self.started = self.ended = False
        self.calls: set[str] = set()
        self.seen_calls: set[str] = set()
        self.subagents: set[str] = set()

    def accept(self, event_type: EventType, agent_name: str, subject: str | None) -> None:
        """Take the event or raise ``GrammarError``; then nothing has changed.

        ``subject`` is the ``call_id`` of tool events and the ``subagent_id`` of subagent events.
        """
        if event_type in PASSING and self.started and not self.ended:
            return
        if reason := self._objection(event_type, agent_name, subject):
            raise GrammarError(self.run_id, event_type, reason)
        self._take(event_type, subject)

    def recall(self, event_type: EventType, subject: str | None) -> None:
        """Take an event that was allowed before, by another process."""
        self._take(event_type, subject)

    def _objection(self, event_type: EventType, agent_name: str, subject: str | None) -> str | None:
        if self.ended:
            return "the run has ended"
        if event_type is _STARTED:
            return "the run has started already" if self.started else None
        if not self.started and not (agent_name == DIRECT and event_type in _WITHOUT_AGENT):
            return "agent_started comes first"
        if event_type in LIFECYCLE_ENDS:
            return self._left_open()
        return self._unpaired(event_type, subject)

    def _left_open(self) -> str | None:
        if self.calls:
            return f"tool calls are open: {', '.join(sorted(self.calls))}"
        return f"subagents are open: {', '.join(sorted(self.subagents))}" if self.subagents else None

    def _unpaired(self, event_type: EventType, subject: str | None) -> str | None:
        if event_type is _EXECUTING and (not subject or subject in self.seen_calls):
            return f"call {subject} was started before"
        if event_type is _COMPLETED and subject not in self.calls:
            return f"call {subject} is not open"
        if event_type is _SUBAGENT_STARTED and (not subject or subject in self.subagents):
            return f"subagent {subject} is open already"
        if event_type is _SUBAGENT_COMPLETED and subject not in self.subagents:
            return f"subagent {subject} is not open"
        return None

    def _take(self, event_type: EventType, subject: str | None) -> None:
        if event_type is _STARTED:
            self.started = True
        elif event_type is _EXECUTING:
            self.calls.add(subject or "")
            self.seen_calls.add(subject or "")
        elif event_type is _COMPLETED:
            self.calls.discard(subject or "")
        elif event_type is _SUBAGENT_STARTED:
            self.subagents.add(subject or "")
        elif event_type is _SUBAGENT_COMPLETED:
            self.subagents.discard(subject or "")
        elif event_type in LIFECYCLE_ENDS:
            self.ended = True
