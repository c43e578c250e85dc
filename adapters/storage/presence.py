"""Who works on this data directory: every process holds a lock on one file there while it is up.

The operating system gives a lock back when its process dies, however it dies, so nothing has to be cleaned
up.
"""

import fcntl
import os
from pathlib import Path
from typing import Self

import anyio.to_thread

from adapters.storage.directory import usable
from services.ports.presence import Presence
from services.sealed import Sealed


class FilePresence(Presence, metaclass=Sealed):
    """Holds a shared lock on ``presence.lock`` in the data directory; the first finds itself alone."""

    def __init__(self, data: Path) -> None:
        self._data, self._file, self._alone = data, -1, False

    async def __aenter__(self) -> Self:
        await anyio.to_thread.run_sync(self._lock)
        return self

    async def __aexit__(self, *exc: object) -> None:
        os.close(self._file)

    @property
    def alone(self) -> bool:
        """Whether nobody else held the lock."""
        return self._alone

    def _lock(self) -> None:
        self._file = os.open(usable(self._data) / "presence.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._alone = True
        except BlockingIOError:
            self._alone = False
        fcntl.flock(self._file, fcntl.LOCK_SH)
