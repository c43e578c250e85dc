"""How a connection waits: a queue and a gate that hold nothing while there is nothing to hold.

asyncio's own take 3.8 KiB of every idle socket, for deques that are nearly always empty.
"""

from collections import deque
from collections.abc import Callable
from typing import Any

import anyio
from uvicorn._types import ASGIReceiveEvent


class Inbox:
    """Messages from the server to the one task that reads them, in order; it has no bound, the server has."""

    __slots__ = ("_make_future", "_messages", "_reader")

    def __init__(self, make_future: Callable[[], Any]) -> None:
        self._make_future = make_future
        self._messages: deque[ASGIReceiveEvent] | None = None
        self._reader: Any = None

    def put_nowait(self, message: ASGIReceiveEvent) -> None:
        """Add a message and wake the reader."""
        if self._messages is None:
            self._messages = deque()
        self._messages.append(message)
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(None)

    def empty(self) -> bool:
        """Return whether nothing waits to be read."""
        return self._messages is None

    async def get(self) -> ASGIReceiveEvent:
        """Wait for a message and take it. Cancelled, it has taken none."""
        while self._messages is None:
            self._reader = self._make_future()
            try:
                await self._reader
            finally:
                self._reader = None
        message = self._messages.popleft()
        if not self._messages:
            self._messages = None
        return message


class Gate:
    """Open until it is cleared; a closed one has an event for those who wait."""

    __slots__ = ("_opened",)

    def __init__(self) -> None:
        self._opened: anyio.Event | None = None

    def is_set(self) -> bool:
        """Return whether it is open."""
        return self._opened is None

    def set(self) -> None:
        """Open it and let all pass who wait."""
        if self._opened is not None:
            self._opened.set()
            self._opened = None

    def clear(self) -> None:
        """Close it."""
        if self._opened is None:
            self._opened = anyio.Event()

    async def wait(self) -> None:
        """Return when it is open, at once or later."""
        if self._opened is not None:
            await self._opened.wait()
