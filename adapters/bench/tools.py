"""The tools that a server offers when it is measured: ``tools.modules = ["adapters.bench.tools"]``.

What they report goes the whole way of any event: journal, bridge, log, socket.
"""

import anyio

from services.tools import Progress


async def report_in_bursts(canary: str, events: int, burst: int, pause: float, progress: Progress) -> str:
    """Report so many events of load, a burst at a time, one every ``pause`` seconds.

    By the clock: were each pause begun anew, whatever delays all users once would let their events come
    together from then on.
    """
    began = anyio.current_time()
    for number in range(1, events + 1):
        progress.report(canary, current_step=number, total_steps=events)
        if number % burst == 0 and number < events:
            await anyio.sleep_until(began + number / burst * pause)
    return f"{canary} {events}"


async def murmur_canary(canary: str, progress: Progress) -> str:
    """Murmur the canary word back, with some progress on the way."""
    for number in range(1, 4):
        progress.report(canary, current_step=number, total_steps=3)
        await anyio.lowlevel.checkpoint()
    return f"murmured {canary}"


__all__ = ["murmur_canary", "report_in_bursts"]
