"""`serve --workers N`: a parent that holds the socket, and N servers that take connections from it.

The parent serves nothing. It says ready once every worker is, starts a worker that died anew, and hands a
stop signal on. Workers agree on everything through the database, so that one machine with workers and
several machines behave alike.
"""

import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TextIO

import structlog

from adapters.cli.refusals import BAD_USAGE, Stop
from adapters.cli.terminal import say
from adapters.web.server import listen
from config.settings import Settings

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 10.0
"""Seconds before a worker that died is started again; doubled each time it dies soon."""

SOON = 10.0
"""A worker that lived for longer than this many seconds did not die of its start."""

READY = "Soledoor is ready at "

log = structlog.get_logger(__name__)


def _refuse_alone(settings: Settings) -> None:
    """Raise ``Stop`` where several processes would not share one log and one count of everything."""
    if not (settings.database.url or "").startswith("postgresql"):
        raise Stop(
            "--workers needs a database that they share: set database.url to a PostgreSQL URL, "
            "or leave out --workers",
            BAD_USAGE,
        )


def serve_by_workers(settings: Settings, workers: int) -> None:
    """Serve until stopped; raises ``Stop`` when a worker cannot start."""
    _refuse_alone(settings)
    with listen(settings.server.host, settings.server.port) as listener:
        listener.set_inheritable(True)
        _Crew(_command(sys.argv[1:], listener.fileno()), listener, workers).work()


def _command(arguments: Sequence[str], descriptor: int) -> list[str]:
    """Return a worker's command: the same, on the socket it inherits."""
    kept = list(arguments)
    while "--workers" in kept:
        place = kept.index("--workers")
        del kept[place : place + 2]
    kept = [each for each in kept if not each.startswith("--workers=")]
    return [sys.executable, "-P", "-m", "soledoor", *kept, "--listen-fd", str(descriptor)]


@dataclass(slots=True)
class _Worker:
    process: "subprocess.Popen[str]"
    started: float
    lines: list[str] = field(default_factory=list)
    ready: bool = False
    deaths: int = 0
    died: float | None = None


class _Crew:
    """The workers of one socket."""

    def __init__(self, command: Sequence[str], listener: socket.socket, count: int) -> None:
        self._command, self._listener, self._count = command, listener, count
        self._changed, self._stopping = threading.Event(), False
        self._workers: list[_Worker] = []
        self._told, self._said = False, 0

    def work(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        self._workers = [self._started() for _ in range(self._count)]
        try:
            while not (self._stopping and all(w.process.poll() is not None for w in self._workers)):
                self._look()
                self._changed.wait(0.2)
                self._changed.clear()
        finally:
            self._end()

    def _started(self, deaths: int = 0) -> _Worker:
        process = subprocess.Popen(  # noqa: S603 - our own command line
            self._command,
            stdout=subprocess.PIPE,
            text=True,
            pass_fds=[self._listener.fileno()],
            start_new_session=True,  # Ctrl-C reaches the parent alone, and each worker is told once
        )
        worker = _Worker(process, time.monotonic(), deaths=deaths)
        assert process.stdout is not None
        threading.Thread(target=self._read, args=(worker, process.stdout), daemon=True).start()
        return worker

    def _read(self, worker: _Worker, output: TextIO) -> None:
        for line in output:
            worker.lines.append(line.rstrip("\n"))
            worker.ready = worker.ready or line.startswith(READY)
            self._changed.set()
        self._changed.set()

    def _look(self) -> None:
        self._told = self._told or all(worker.ready for worker in self._workers)
        if self._told:
            self._repeat(self._workers[0])
        for number, worker in enumerate(self._workers):
            code = worker.process.poll()
            if code is not None and not self._stopping:
                self._workers[number] = self._replaced(worker, code)

    def _repeat(self, first: _Worker) -> None:
        """Say what the first worker said; its successors say the same of the same address."""
        while self._said < len(first.lines):
            say(first.lines[self._said])
            self._said += 1

    def _replaced(self, worker: _Worker, code: int) -> _Worker:
        """Return the worker that takes its place, or itself while it is too early for that."""
        if not self._told or code == BAD_USAGE:
            raise Stop("a worker did not start; the line above says why", BAD_USAGE)
        now = time.monotonic()
        if worker.died is None:
            worker.died = now
            log.error("worker_died", pid=worker.process.pid, code=code)
        if worker.died - worker.started >= SOON:
            return self._started()
        pause = min(FIRST_PAUSE * 2**worker.deaths, LONGEST_PAUSE)
        return worker if now - worker.died < pause else self._started(worker.deaths + 1)

    def _stop(self, *_: object) -> None:
        self._stopping = True
        for worker in self._workers:
            if worker.process.poll() is None:
                worker.process.send_signal(signal.SIGTERM)
        self._changed.set()

    def _end(self) -> None:
        """Leave no worker behind, however the parent ends."""
        for worker in self._workers:
            if worker.process.poll() is None:
                worker.process.terminate()
        for worker in self._workers:
            worker.process.wait()
