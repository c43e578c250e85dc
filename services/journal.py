"""The run journal numbers the events of a run, whoever sends them, and hands them to the log in that order.

There is one journal in the application. Two bridges of one run share its numbering, so they can neither
collide nor leave a hole. An event that was accepted is sent: at once, or after a cancellation in mid-append
with the next one, or when a log that is out of reach is back.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

from services.context import UserExecutionContext
from services.deliveries import Deliveries
from services.errors import GrammarError
from services.events import EventType, RunEvent
from services.journaled_run import JournaledRun, Key
from services.ports.clock import Clock
from services.ports.events import EventLog
from services.restoring import end_of, restored
from services.sealed import Sealed
from services.sending import EventSender

REMEMBERED_ENDS = 4096
"""How many ended runs are remembered, so that a late event of one is refused."""


class RunJournal(metaclass=Sealed):
    """Accepts events on the event loop's thread, in the order of the calls."""

    def __init__(
        self, sender: EventSender, event_log: EventLog, deliveries: Deliveries, clock: Clock
    ) -> None:
        self._sender, self._log, self._deliveries, self._clock = sender, event_log, deliveries, clock
        self._runs: dict[Key, JournaledRun] = {}
        self._ended: OrderedDict[Key, None] = OrderedDict()
        sender.when_sent(self._tidy)

    def when_superseded(self, callback: Callable[[str, str], None]) -> None:
        """Call back with user and run id when the log says that another process has taken a run over."""
        self._sender.when_superseded(callback)

    def own(self, user_id: str, run_id: str, fence: int) -> None:
        """Send the events of this run under this fence; before its first event."""
        self._runs[user_id, run_id] = JournaledRun((user_id, run_id), fence)

    async def adopt(self, user_id: str, run_id: str, fence: int) -> None:
        """Go on with a run of another process: the log says what was sent and what is open.

        Raises ``Unavailable``. Fence the run in the log first, or its former owner may still append.
        """
        key = (user_id, run_id)
        frames = await self._log.read_run(user_id, run_id)
        self._runs[key] = run = restored(key, frames, fence)
        place = end_of(frames)
        if place is not None:
            self._deliveries.told(user_id, run_id, place)
        self._tidy(run)

    async def append(
        self,
        context: UserExecutionContext,
        event_type: EventType,
        agent_name: str,
        payload: Mapping[str, Any],
        subject: str | None = None,
    ) -> bool:
        """Take one event; return True once the log has it, False when it has to wait for the log.

        Raises ``GrammarError`` when the run may not send this event now. When cancelled after that, the
        event is kept and sent before the run's next one or by ``settle``. ``subject`` is the call or
        subagent the event is about. The events of a run that was taken over are dropped: False.
        """
        key = (context.user_id, context.run_id)
        run = self._runs.get(key) or self._opened(key)
        if run.lost:
            return False
        run.grammar.accept(event_type, agent_name, subject)
        moment = self._clock.timestamp()
        event = RunEvent(event_type, *key, context.thread_id, agent_name, moment, run.next_seq, payload)
        run.accept(event, subject)
        return await self._sender.send(run)

    async def settle(self, context: UserExecutionContext) -> bool:
        """Send what a cancellation cut; return whether the log has everything. May be called any number of
        times.
        """
        run = self._runs.get((context.user_id, context.run_id))
        return True if run is None else await self._sender.send(run)

    def release(self, user_id: str, run_id: str) -> None:
        """Forget a run that was taken over, once nothing speaks for it here."""
        run = self._runs.pop((user_id, run_id), None)
        if run is not None:
            run.lose()

    def state(self, user_id: str) -> list[RunEvent]:
        """Return each active run's ``agent_started`` and its open ``tool_executing``, oldest first."""
        return [event for key, run in self._runs.items() if key[0] == user_id for event in run.state()]

    def has_started(self, user_id: str, run_id: str) -> bool:
        """Return whether this run has sent ``agent_started`` and nothing terminal."""
        run = self._runs.get((user_id, run_id))
        return run is not None and run.grammar.started

    def has_ended(self, user_id: str, run_id: str) -> bool:
        """Return whether this run sent its terminal event, as far back as the journal remembers."""
        run = self._runs.get((user_id, run_id))
        return (user_id, run_id) in self._ended or (run is not None and run.grammar.ended)

    def open_events(self, user_id: str, run_id: str) -> list[RunEvent]:
        """Return the tool and subagent events of a run that still await their counterpart, oldest first."""
        run = self._runs.get((user_id, run_id))
        return [] if run is None else [*run.open_events.values()]

    def _opened(self, key: Key) -> JournaledRun:
        if key in self._ended:
            raise GrammarError(key[1], "event", "the run has ended")
        run = self._runs[key] = JournaledRun(key)
        return run

    def _tidy(self, run: JournaledRun) -> None:
        if run.grammar.started and not run.grammar.ended:
            return
        if self._runs.get(run.key) is not run or run.draining or run.outbox:
            return
        if run.grammar.ended and not run.lost:
            del self._runs[run.key]
            self._ended[run.key] = None
            if len(self._ended) > REMEMBERED_ENDS:
                self._ended.popitem(last=False)
        elif run.disposable:
            del self._runs[run.key]
