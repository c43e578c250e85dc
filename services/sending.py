"""How the accepted events of runs reach the log, in order and each once; and what happens while it is away.

One task sends for all that wait on a run. While the log is out of reach nobody waits for it: events are kept,
within a bound, and sent by themselves when it is back. A repetition is harmless, since appending is
idempotent.
"""

from collections.abc import Callable
from functools import partial

import anyio
import structlog

from services.background import Background
from services.deliveries import Deliveries
from services.errors import Superseded, Unavailable
from services.events import LIFECYCLE_ENDS
from services.journaled_run import JournaledRun, Key
from services.ports.events import EventLog, Lapped, Place
from services.ports.metrics import Metrics
from services.sealed import Sealed

FIRST_PAUSE, LONGEST_PAUSE = 0.1, 2.0
"""Seconds between two attempts to reach a log that is away; doubled each time."""

LAST_ATTEMPT = 2.0
"""Seconds in which waiting events are sent when the application ends."""

log = structlog.get_logger(__name__)


class EventSender(Background, metaclass=Sealed):
    """Sends for all runs; entered, it also sends what had to wait. ``most`` events of a run may wait."""

    def __init__(self, event_log: EventLog, metrics: Metrics, deliveries: Deliveries, most: int) -> None:
        self._log, self._metrics, self._deliveries, self._most = event_log, metrics, deliveries, most
        self._stuck: dict[Key, JournaledRun] = {}
        self._away, self._trouble = False, anyio.Event()
        self._superseded: list[Callable[[str, str], None]] = []
        self._sent: Callable[[JournaledRun], None] = _nothing

    async def finish(self) -> None:
        """Try once more to send what waits."""
        with anyio.move_on_after(LAST_ATTEMPT, shield=True):
            await self._send_stuck()

    @property
    def waiting(self) -> int:
        """How many events wait for a log that is out of reach; from any thread."""
        return sum(len(run.outbox) for run in tuple(self._stuck.values()))

    def when_superseded(self, callback: Callable[[str, str], None]) -> None:
        """Call back with user and run id when the log says that another process has taken a run over."""
        self._superseded.append(callback)

    def when_sent(self, callback: Callable[[JournaledRun], None]) -> None:
        """Call back whenever a task is done with a run, whether or not the log has everything."""
        self._sent = callback

    async def send(self, run: JournaledRun, *, again: bool = False) -> bool:
        """Return True once the log has everything accepted so far, False when it has to wait. Safe to
        cancel: what is not sent yet is sent with the next. Only ``again`` asks a log that is known to be
        away: doing so for each event would hold up the run.
        """
        if self._away and not again:
            self._keep_for_later(run)
            return False
        wanted = run.accepted
        try:
            while run.done < wanted:
                if run.draining:
                    run.progress = run.progress or anyio.Event()
                    await run.progress.wait()
                else:
                    await self._drain(run)
        except Unavailable as reason:
            if not self._away:
                log.warning("events_wait", reason=str(reason))
            self._away = True
            self._keep_for_later(run)
            return False
        finally:
            self._sent(run)
        if self._stuck:
            self._stuck.pop(run.key, None)
        return not run.lost

    async def _drain(self, run: JournaledRun) -> None:
        run.draining = True
        try:
            if run.last_seq is None:
                run.last_seq = await self._log.last_run_seq(*run.key)
            while run.outbox:
                event = run.first()
                try:
                    place = await self._log.append(event, run.fence)
                except Lapped as trimmed:  # kept by an earlier attempt, and trimmed since
                    place = Place(trimmed.head.epoch, trimmed.head.head)
                if run.lost:  # meanwhile
                    break
                run.sent()
                self._metrics.event_appended(event.type)
                if event.type in LIFECYCLE_ENDS:
                    self._deliveries.told(*run.key, place)
        except Superseded:
            self._lose(run)
        finally:
            run.draining = False
            if run.progress is not None:
                run.progress.set()
                run.progress = None

    def _lose(self, run: JournaledRun) -> None:
        """Another process ends this run; whatever it still says here goes nowhere."""
        run.lose()
        self._stuck.pop(run.key, None)
        for callback in self._superseded:
            callback(*run.key)

    def _keep_for_later(self, run: JournaledRun) -> None:
        self._stuck[run.key] = run
        self._trouble.set()
        if len(run.outbox) > self._most and (shed := run.shed(self._most)):
            self._metrics.events_shed(shed)

    async def work(self) -> None:
        """Send what had to wait, once the log is back."""
        while True:
            await self._trouble.wait()
            pause = FIRST_PAUSE
            while self._stuck:
                await anyio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
                await self._send_stuck()
            self._trouble = anyio.Event()
            log.info("events_flow_again")

    async def _send_stuck(self) -> None:
        """Try the run that has waited longest, then, when that goes, all others side by side."""
        if self._stuck and await self.send(next(iter(self._stuck.values())), again=True):
            self._away = False
            async with anyio.create_task_group() as tasks:
                for run in list(self._stuck.values()):
                    tasks.start_soon(partial(self.send, run, again=True))


def _nothing(_: JournaledRun) -> None:
    return
