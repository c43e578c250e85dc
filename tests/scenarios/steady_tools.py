"""Tools that take their time, for a server of its own process."""

import anyio

from services.tools import Progress


def chatter(events: int, size: int, progress: Progress) -> int:
    """Report that often, each time in that many characters; from a thread, which waits for the log."""
    for step in range(events):
        progress.report("x" * size, current_step=step, total_steps=events)
    return events


async def await_file(path: str) -> str:
    """Return once the file is there."""
    while not await anyio.Path(path).exists():
        await anyio.sleep(0.02)
    return "found"


__all__ = ["await_file", "chatter"]
