"""The run journal numbers the events of a run, whoever sends them, and hands them to the log in that order.

There is one journal in the application. Two bridges of one run share its numbering, so they can neither
collide nor leave a hole. An event that was accepted waits in the run's outbox until the log has it: a
cancellation in mid-append loses nothing, and the repetition is harmless since appending is idempotent.
"""

from collections import OrderedDict, deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import anyio

from services.context import UserExecutionContext
from services.errors import GrammarError, Unavailable
from services.events import EventType, RunEvent
from services.grammar import RunGrammar
from services.ports.clock import Clock
from services.ports.events import EventLog
from services.sealed import Sealed

REMEMBERED_ENDS = 4096
"""How many ended runs are remembered, so that a late event of one is refused."""

Key = tuple[str, str]

_OPENS = frozenset({EventType.TOOL_EXECUTING, EventType.SUBAGENT_STARTED})
_CLOSES = frozenset({EventType.TOOL_COMPLETED, EventType.SUBAGENT_COMPLETED})


@dataclass(slots=True)
class _Waiting:
    """An accepted event that the log does not have yet."""

    type: EventType
    agent_name: str
    thread_id: str
    timestamp: str
    payload: Mapping[str, Any]

    def numbered(self, key: Key, run_seq: int) -> RunEvent:
        user_id, run_id = key
        return RunEvent(
            self.type, user_id, run_id, self.thread_id, self.agent_name, self.timestamp, run_seq, self.payload
        )


class _Run:
    __slots__ = (
        "accepted",
        "appended",
        "draining",
        "grammar",
        "last_seq",
        "open_events",
        "outbox",
        "progress",
        "started_event",
    )

    def __init__(self, run_id: str) -> None:
        self.grammar = RunGrammar(run_id)
        self.outbox: deque[_Waiting] = deque()
        self.accepted = self.appended = 0
        self.draining = False
        self.progress: anyio.Event | None = None
        self.last_seq: int | None = None
        self.started_event: _Waiting | None = None
        self.open_events: dict[str, _Waiting] = {}

    def remember(self, event: _Waiting, subject: str | None) -> None:
        """Keep what is open, for readers who come later."""
        kind = event.type
        if kind in _OPENS:
            self.open_events[subject or ""] = event
        elif kind in _CLOSES:
            self.open_events.pop(subject or "", None)
        elif kind is EventType.AGENT_STARTED:
            self.started_event = event

    @property
    def disposable(self) -> bool:
        """Whether nothing of this run needs remembering; its number is found in the log again."""
        return not (self.outbox or self.draining or self.grammar.started or self.grammar.calls)


class RunJournal(metaclass=Sealed):
    """Accepts events on the event loop's thread, in the order of the calls."""

    def __init__(self, log: EventLog, clock: Clock) -> None:
        self._log, self._clock = log, clock
        self._runs: dict[Key, _Run] = {}
        self._ended: OrderedDict[Key, None] = OrderedDict()

    async def append(
        self,
        context: UserExecutionContext,
        event_type: EventType,
        agent_name: str,
        payload: Mapping[str, Any],
        subject: str | None = None,
    ) -> bool:
        """Take one event; return True once the log has it, False while the log is out of reach.

        Raises ``GrammarError`` when the run may not send this event now. When cancelled after that, the
        event is kept and sent before the run's next one or by ``settle``. ``subject`` is the call or
        subagent the event is about.
        """
        key = (context.user_id, context.run_id)
        run = self._runs.get(key) or self._opened(key)
        run.grammar.accept(event_type, agent_name, subject)
        moment = self._clock.now().isoformat()
        waiting = _Waiting(event_type, agent_name, context.thread_id, moment, payload)
        run.outbox.append(waiting)
        run.accepted += 1
        run.remember(waiting, subject)
        return await self._flush(key, run)

    async def settle(self, context: UserExecutionContext) -> bool:
        """Send what a cancellation cut; return whether the log has everything. May be called any number of
        times.
        """
        key = (context.user_id, context.run_id)
        run = self._runs.get(key)
        return True if run is None else await self._flush(key, run)

    def state(self, user_id: str) -> list[RunEvent]:
        """Return each active run's ``agent_started`` and its open ``tool_executing``, oldest first."""
        return [
            event.numbered(key, 0)
            for key, run in self._runs.items()
            if key[0] == user_id and run.started_event is not None
            for event in (run.started_event, *run.open_events.values())
        ]

    def has_started(self, user_id: str, run_id: str) -> bool:
        """Return whether this run has sent ``agent_started`` and nothing terminal."""
        run = self._runs.get((user_id, run_id))
        return run is not None and run.grammar.started

    def has_ended(self, user_id: str, run_id: str) -> bool:
        """Return whether this run sent its terminal event, as far back as the journal remembers."""
        return (user_id, run_id) in self._ended

    def open_events(self, user_id: str, run_id: str) -> list[RunEvent]:
        """Return the tool and subagent events of a run that still await their counterpart, oldest first."""
        key = (user_id, run_id)
        run = self._runs.get(key)
        return [] if run is None else [event.numbered(key, 0) for event in run.open_events.values()]

    def _opened(self, key: Key) -> _Run:
        if key in self._ended:
            raise GrammarError(key[1], "event", "the run has ended")
        run = self._runs[key] = _Run(key[1])
        return run

    async def _flush(self, key: Key, run: _Run) -> bool:
        """Return once the log has everything accepted so far; one task sends for all that wait."""
        wanted = run.accepted
        try:
            while run.appended < wanted:
                if run.draining:
                    run.progress = run.progress or anyio.Event()
                    await run.progress.wait()
                else:
                    await self._drain(key, run)
        except Unavailable:
            return False
        finally:
            self._tidy(key, run)
        return True

    async def _drain(self, key: Key, run: _Run) -> None:
        run.draining = True
        try:
            if run.last_seq is None:
                run.last_seq = await self._log.last_run_seq(*key)
            while run.outbox:
                await self._log.append(run.outbox[0].numbered(key, run.last_seq + 1))
                run.last_seq += 1
                run.outbox.popleft()
                run.appended += 1
        finally:
            run.draining = False
            if run.progress is not None:
                run.progress.set()
                run.progress = None

    def _tidy(self, key: Key, run: _Run) -> None:
        if run.grammar.ended and not run.outbox:
            if self._runs.pop(key, None) is not None:
                self._ended[key] = None
                if len(self._ended) > REMEMBERED_ENDS:
                    self._ended.popitem(last=False)
        elif run.disposable and self._runs.get(key) is run:
            del self._runs[key]
