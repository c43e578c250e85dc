"""A process as a fork of this one: it begins with signals as a new program has them, and what it prints comes
here.
"""

import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import Self

PASSED_ON = (signal.SIGTERM, signal.SIGINT)
WATCHED = (*PASSED_ON, signal.SIGCHLD)


class Fork:
    """A child as its parent knows it. ``lines`` are what it has printed so far; ``code`` is set once it has
    ended: its exit code, or minus the signal that ended it.
    """

    def __init__(self, pid: int, output: int) -> None:
        self.pid, self.output = pid, output
        self.code: int | None = None
        self.lines: list[str] = []
        self._rest = b""

    def fileno(self) -> int:
        """What a selector waits for."""
        return self.output

    def take(self) -> bool:
        """Take what it has printed; return False when nothing more can come."""
        data = os.read(self.output, 65_536)
        *whole, self._rest = (self._rest + data).split(b"\n")
        self.lines += [line.decode(errors="replace") for line in whole]
        return bool(data)

    def look(self) -> bool:
        """Return whether it has ended."""
        if self.code is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.code = os.waitstatus_to_exitcode(status)
        return self.code is not None

    def tell(self, number: signal.Signals) -> None:
        """Signal it, unless it has ended."""
        if not self.look():
            os.kill(self.pid, number)

    def wait(self) -> None:
        """Return once it has ended."""
        if self.code is None:
            self.code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])

    def close(self) -> None:
        """Listen to it no more."""
        os.close(self.output)


def fork() -> Fork | None:
    """Return the child; in the child itself, None.

    The child leads a session of its own, so that Ctrl-C reaches the parent alone, and every signal does there
    what it does at a program's start. Raises ``RuntimeError`` in a process with threads: a lock that one of
    them holds would be held for ever in the child.
    """
    if threading.active_count() > 1:
        names = ", ".join(thread.name for thread in threading.enumerate())
        raise RuntimeError(f"only a process without threads can be forked; here run {names}")
    sys.stdout.flush()
    sys.stderr.flush()
    ours, theirs = os.pipe()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, WATCHED)  # none may reach the child as its parent's
    try:
        pid = os.fork()
        if pid == 0:
            os.setsid()
            os.dup2(theirs, sys.stdout.fileno())
            os.close(theirs)
            os.close(ours)
            _begin_signals()
            return None
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    os.close(theirs)
    return Fork(pid, ours)


def _begin_signals() -> None:
    signal.set_wakeup_fd(-1)
    for number in WATCHED:
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)


class Signals:
    """What a parent hears for the block: ``heard`` calls back for a stop, and anything makes ``woken``
    readable, also the end of a child.
    """

    def __init__(self, heard: Callable[[], object]) -> None:
        self._heard = heard
        self._woken, self._wake = os.pipe()
        os.set_blocking(self._wake, False)
        os.set_blocking(self._woken, False)

    def __enter__(self) -> Self:
        signal.set_wakeup_fd(self._wake, warn_on_full_buffer=False)
        for number in PASSED_ON:
            signal.signal(number, lambda *_: self._heard())
        signal.signal(signal.SIGCHLD, lambda *_: None)
        return self

    def __exit__(self, *exc: object) -> None:
        _begin_signals()
        os.close(self._wake)
        os.close(self._woken)

    def fileno(self) -> int:
        """What a selector waits for."""
        return self._woken

    def take(self) -> bool:
        """Forget what has woken so far."""
        return bool(os.read(self._woken, 65_536))
