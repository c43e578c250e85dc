"""What a reader without the events is told of runs: of those that are active, or of all within the window."""

from datetime import timedelta
from typing import Any

from services.endings import replayed_event, replayed_run
from services.journal import RunJournal
from services.ports.clock import Clock
from services.ports.events import EventLog
from services.ports.run_store import RunStore
from services.replica import Replica
from services.restoring import restored
from services.sealed import Sealed


class RunStates(metaclass=Sealed):
    """Reads journal, store and log; changes nothing. ``kept_seconds`` is the window."""

    def __init__(
        self,
        replica: Replica,
        store: RunStore,
        journal: RunJournal,
        event_log: EventLog,
        clock: Clock,
        kept_seconds: float,
    ) -> None:
        self._replica, self._store, self._journal, self._log = replica, store, journal, event_log
        self._clock, self._kept_seconds = clock, kept_seconds

    async def state(self, user_id: str) -> list[dict[str, Any]]:
        """Return each active run's ``agent_started`` and open calls, as state events, whichever replica has
        the run.
        """
        events = self._journal.state(user_id)
        for run in await self._store.recent(user_id, self._clock.now()):
            if not run.status.final and run.owner != self._replica.id:
                frames = await self._log.read_run(user_id, run.run_id)
                events += restored((user_id, run.run_id), frames).state()
        return [replayed_event(event) for event in events]

    async def window(self, user_id: str) -> list[dict[str, Any]]:
        """Return beginning and end of each run that is active or ended within the window, from the store."""
        runs = await self._store.recent(user_id, self._clock.now() - timedelta(seconds=self._kept_seconds))
        return [event for run in runs for event in replayed_run(run)]
