"""`serve --workers N`: a parent that holds the socket, and N forks of it that take connections from it.

The parent serves nothing. It has loaded the application's modules, so that a worker begins at once and shares
their memory; it has no threads and no event loop, which a fork could not take along. It says ready once every
worker is, replaces a worker that died, and hands a stop signal on. Workers agree on everything through the
database, so that one machine with workers and several machines behave alike.
"""

import gc
import selectors
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec

import structlog

from adapters.cli.forks import Fork, Signals, fork
from adapters.cli.refusals import BAD_USAGE, Stop
from adapters.cli.terminal import say
from config.settings import Settings

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 10.0
"""Seconds before a worker that died is replaced; doubled each time one dies soon."""

SOON = 10.0
"""A worker that lived for longer than this many seconds did not die of its start."""

READY = "Soledoor is ready at "

LOADED = (
    "anyio._backends._asyncio", "asyncpg", "sqlalchemy.dialects.postgresql.asyncpg", "uvicorn.lifespan.off",
    "uvicorn.protocols.http.httptools_impl", "uvloop",
)  # fmt: skip
"""What the application loads only when it runs. An operator's own modules are loaded by each worker: they may
start threads.
"""

log = structlog.get_logger(__name__)


def refuse_alone(settings: Settings) -> None:
    """Raise ``Stop`` where several processes would not share one log and one count of everything."""
    if not (settings.database.url or "").startswith("postgresql"):
        raise Stop(
            "--workers needs a database that they share: set database.url to a PostgreSQL URL, "
            "or leave out --workers",
            BAD_USAGE,
        )


def load() -> None:
    """Load what every worker needs, and keep the collector from writing to memory that they share."""
    for name in LOADED:
        if find_spec(name.partition(".")[0]) is not None:
            import_module(name)
    gc.collect()
    gc.freeze()


def become_worker(count: int) -> bool:
    """Return True in each of so many forks, which then serve; False in the parent, once it was stopped and
    all have ended. Raises ``Stop`` in the parent when a worker cannot start.
    """
    crew = _Crew(count)
    with Signals(crew.stop) as signals, selectors.DefaultSelector() as selector:
        selector.register(signals, selectors.EVENT_READ)
        try:
            crew.work(selector)
        except _Born:
            return True
        except BaseException:
            crew.end()
            raise
    return False


class _Born(Exception):
    """This process is a worker: it leaves what its parent does."""


@dataclass(slots=True)
class _Seat:
    """A worker's place: who has it, since when; or, once it has died, when another gets it."""

    fork: Fork | None = None
    since: float = 0.0
    deaths: int = 0


class _Crew:
    """The workers of one socket."""

    def __init__(self, count: int) -> None:
        self._seats = [_Seat() for _ in range(count)]
        self._asked = self._passed_on = self._said = 0
        self._told = False

    def stop(self) -> None:
        """Hand one more stop signal on."""
        self._asked += 1

    def work(self, selector: selectors.BaseSelector) -> None:
        """Hold the workers together until they were stopped; raises ``_Born`` in each of them."""
        while not (self._asked and not any(self._living())):
            if self._passed_on < self._asked:
                self._passed_on += 1
                for worker in self._living():
                    worker.tell(signal.SIGTERM)
            elif not self._asked:
                self._fill(selector)
            for key, _ in selector.select(self._pause()):
                there: Signals | Fork = key.fileobj  # type: ignore[assignment]
                if not there.take():
                    selector.unregister(there)
            self._look(selector)

    def end(self) -> None:
        """Leave no worker behind."""
        for worker in self._living():
            worker.tell(signal.SIGTERM)
        for worker in self._living():
            worker.wait()

    def _living(self) -> Iterator[Fork]:
        return (seat.fork for seat in self._seats if seat.fork is not None)

    def _fill(self, selector: selectors.BaseSelector) -> None:
        now = time.monotonic()
        for seat in self._seats:
            if seat.fork is None and seat.since <= now:
                seat.fork, seat.since = fork(), now
                if seat.fork is None:
                    for worker in self._living():
                        worker.close()
                    raise _Born
                selector.register(seat.fork, selectors.EVENT_READ)

    def _pause(self) -> float | None:
        """Return for how long nothing has to be done but what wakes."""
        if self._passed_on < self._asked:
            return 0
        if self._asked:
            return None
        due = [seat.since for seat in self._seats if seat.fork is None]
        return max(0.0, min(due) - time.monotonic()) if due else None

    def _look(self, selector: selectors.BaseSelector) -> None:
        self._told = self._told or all(map(_ready, self._living()))
        first = self._seats[0].fork
        if self._told and first is not None:
            self._repeat(first)
        for seat in self._seats:
            if seat.fork is not None and seat.fork.look():
                self._bury(seat, seat.fork, selector)

    def _repeat(self, first: Fork) -> None:
        """Say what the first worker said; its successors say the same of the same address."""
        while self._said < len(first.lines):
            say(first.lines[self._said])
            self._said += 1

    def _bury(self, seat: _Seat, worker: Fork, selector: selectors.BaseSelector) -> None:
        """Free the seat, for a moment that grows while one after the other dies soon."""
        if worker in {key.fileobj for key in selector.get_map().values()}:
            selector.unregister(worker)
        worker.close()
        seat.fork = None
        if self._asked:
            return
        if not self._told or worker.code == BAD_USAGE:
            raise Stop("a worker did not start; the line above says why", BAD_USAGE)
        log.error("worker_died", pid=worker.pid, code=worker.code)
        now = time.monotonic()
        seat.deaths = 0 if now - seat.since >= SOON else seat.deaths + 1
        seat.since = now + (min(FIRST_PAUSE * 2 ** (seat.deaths - 1), LONGEST_PAUSE) if seat.deaths else 0)


def _ready(worker: Fork) -> bool:
    return any(line.startswith(READY) for line in worker.lines)
