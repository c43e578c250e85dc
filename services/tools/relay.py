"""How progress travels: from any thread into one queue on the loop, and from there to the user, in order."""

import threading
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import anyio
from anyio import from_thread
from anyio.lowlevel import EventLoopToken, current_token
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream

from services.tools.progress import Progress

QUEUED = 256
"""Reports that may wait for the log. A thread then waits too; a report from the loop itself, which cannot
wait, is left out.
"""

Report = Mapping[str, Any]


class RelayedProgress(Progress):
    """The reports of one call."""

    __slots__ = ("_loop", "_queue", "_thread")

    def __init__(self, queue: MemoryObjectSendStream[Report], loop: EventLoopToken) -> None:
        self._queue, self._loop, self._thread = queue, loop, threading.get_ident()

    def report(
        self,
        message: str = "",
        *,
        percentage: float | None = None,
        current_step: int | None = None,
        total_steps: int | None = None,
    ) -> None:
        """Send a report; see the role."""
        data = {
            "percentage": percentage,
            "current_step": current_step,
            "total_steps": total_steps,
            "message": message,
            "status": "running",
            "progress_type": "tool",
        }
        try:
            if threading.get_ident() == self._thread:
                self._queue.send_nowait(data)
            else:
                from_thread.run(self._queue.send, data, token=self._loop)
        except (
            anyio.WouldBlock,
            anyio.ClosedResourceError,
            anyio.BrokenResourceError,
            anyio.RunFinishedError,
        ):
            return


@asynccontextmanager
async def relayed(send: Callable[[Report], Awaitable[object]]) -> AsyncGenerator[Progress, None]:
    """Give a ``Progress`` for the block; on leaving, what was reported has been sent. Later reports do
    nothing.
    """
    queue, reports = anyio.create_memory_object_stream[Report](QUEUED)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(_pump, reports, send)
        with queue:
            yield RelayedProgress(queue, current_token())


async def _pump(
    reports: MemoryObjectReceiveStream[Report], send: Callable[[Report], Awaitable[object]]
) -> None:
    with reports:
        async for report in reports:
            await send(report)
