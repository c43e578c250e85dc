"""All live sockets and streams of this process: their one clock, and how they are sent away."""

import math
import random
from collections.abc import Iterator
from types import TracebackType
from typing import Self

import anyio
from anyio.abc import TaskGroup

from adapters.web.messages import Bye
from adapters.web.sockets.writer import Writer
from config.limits import Limits
from services.errors import TooMuch, Unavailable
from services.ports.clock import Clock
from services.sealed import Sealed

BATCH_SECONDS = 0.25
SMALLEST_BATCH = 50
SHARE = 0.05
MOST_UNKNOWN = 256
"""Sockets that have not said who they are, all together: they count for no user."""


class Sockets(metaclass=Sealed):
    """Who is connected here now. Enter it to start its clock; on the loop's thread only.

    The clock is one task for all: it finds stuck sends, expired credentials and silence, with a delay of at
    most a quarter of the shortest limit, or one second.
    """

    def __init__(self, clock: Clock, limits: Limits) -> None:
        self._clock = clock
        self._interval = min(1.0, min(limits.heartbeat, limits.send_timeout) / 4)
        self._writers: dict[Writer, None] = {}
        self._empty = anyio.Event()
        self._unknown = 0
        self._draining = False
        self._tasks: TaskGroup | None = None

    async def __aenter__(self) -> Self:
        """Start the clock."""
        self._tasks = anyio.create_task_group()
        await self._tasks.__aenter__()
        self._tasks.start_soon(self._beat)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        """Stop the clock."""
        assert self._tasks is not None
        self._tasks.cancel_scope.cancel()
        return await self._tasks.__aexit__(kind, error, trace)

    @property
    def draining(self) -> bool:
        """Whether the server is about to stop."""
        return self._draining

    def count(self) -> int:
        """Return how many sockets and streams are open."""
        return len(self._writers)

    def admit(self) -> None:
        """Raise ``Unavailable`` to a newcomer while draining."""
        if self._draining:
            raise Unavailable("The server is stopping: come back in a moment.", retry_after_s=2)

    def admit_unknown(self) -> None:
        """Count a socket that will say later who it is; raises ``TooMuch``. Pair with ``known``."""
        if self._unknown >= MOST_UNKNOWN:
            raise TooMuch("Too many sockets wait for their login.", code="too_many_sockets", retry_after_s=5)
        self._unknown += 1

    def known(self) -> None:
        """The socket has said who it is, or is gone."""
        self._unknown -= 1

    def add(self, writer: Writer) -> None:
        """Give the writer its share of the clock."""
        self._writers[writer] = None

    def remove(self, writer: Writer) -> None:
        """Forget the writer; twice is fine."""
        self._writers.pop(writer, None)
        if not self._writers:
            self._empty.set()

    def tick(self) -> None:
        """Tell every writer the time."""
        now = self._clock.monotonic()
        for writer in list(self._writers):
            writer.tick(now)

    def stop_admitting(self) -> None:
        """Refuse newcomers from now on."""
        self._draining = True

    async def drain(self, seconds: float) -> None:
        """Send everybody away, a batch every 250 ms, each with its own time to return.

        Returns when all have left, after ``seconds`` at most.
        """
        self.stop_admitting()
        self._empty = anyio.Event()
        leaving = list(self._writers)
        with anyio.move_on_after(seconds):
            for batch in _batches(leaving, seconds):
                for writer in batch:
                    retry_ms = random.randint(500, 5000)  # noqa: S311 - spreads load, guards nothing
                    writer.post(Bye(retry_ms=retry_ms))
                    writer.end(4001, "the server is stopping")
                await anyio.sleep(BATCH_SECONDS if batch[-1] is not leaving[-1] else 0)
            if self._writers:
                await self._empty.wait()

    async def _beat(self) -> None:
        while True:
            await anyio.sleep(self._interval)
            self.tick()


def _batches(leaving: list[Writer], seconds: float) -> Iterator[list[Writer]]:
    """Five percent each, more where there is little time, never absurdly few."""
    steps = max(1, int(seconds / BATCH_SECONDS) - 1)
    size = max(SMALLEST_BATCH, math.ceil(len(leaving) * SHARE), math.ceil(len(leaving) / steps))
    for start in range(0, len(leaving), size):
        yield leaving[start : start + size]
