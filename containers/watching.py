"""What operators see and cause: what readiness asks, what is measured, how the database hears of a stop."""

from collections.abc import Callable, Mapping

from adapters.storage.database import Database
from adapters.storage.probing import takes_writes
from adapters.web.doors import Check
from services.errors import Unavailable
from services.ports.events import EventLog
from services.ports.metrics import Metrics
from services.runs import RunService
from services.sending import EventSender

Checks = Mapping[str, Check]


def checks(database: Database, log: EventLog, sender: EventSender) -> Checks:
    """Return what readiness asks."""

    async def answers() -> bool:
        return await takes_writes(database)

    async def appends() -> bool:
        await log.check()
        return True

    async def flows() -> bool:
        if sender.waiting:
            raise Unavailable(f"Events wait for the event log: {sender.waiting}.")
        return True

    return {"database": answers, "event_log": appends, "events": flows}


def hurry(database: Database) -> Callable[[float], None]:
    """Return what a stop tells the database."""
    return database.hurry


def gauges(metrics: Metrics, sender: EventSender, runs: RunService) -> int:
    """Let metrics show what waits and works here; return how many gauges there are."""
    metrics.watch("waiting_events", "Events that wait for the log", lambda: float(sender.waiting))
    metrics.watch("active_runs", "Runs that this process works on", lambda: float(runs.active))
    metrics.watch("waiting_runs", "Runs that wait here for their turn", lambda: float(runs.waiting))
    return 3
