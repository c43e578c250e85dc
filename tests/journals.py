"""A run journal for tests of one part, over a log of the test's own."""

from typing import Any

from services.journal import RunJournal
from services.ports.clock import Clock
from services.ports.events import EventLog, Place
from services.sending import EventSender
from tests.build import build
from tests.fakes import CountedMetrics, FakeClock


class KeptDeliveries:
    """Keeps which ends were told."""

    def __init__(self) -> None:
        self.ends: list[tuple[str, str, Place]] = []

    def told(self, user_id: str, run_id: str, place: Place) -> None:
        self.ends.append((user_id, run_id, place))


def journal_over(
    log: EventLog, deliveries: Any = None, clock: Clock | None = None, metrics: Any = None, most: int = 1000
) -> RunJournal:
    """Return a journal that writes into this log."""
    deliveries = deliveries or KeptDeliveries()
    sender = build(EventSender, log, metrics or CountedMetrics(), deliveries, most)
    return build(RunJournal, sender, log, deliveries, clock or FakeClock())
