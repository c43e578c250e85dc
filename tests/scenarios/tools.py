"""Tools that the scenarios' users call."""

import anyio

from services.tools import Progress

OPEN: dict[str, anyio.Event] = {}


def gate(name: str) -> anyio.Event:
    """Return the gate of that name, shut at first."""
    return OPEN.setdefault(name, anyio.Event())


async def wait_at_gate(name: str) -> str:
    """Wait at the gate with this name until somebody opens it."""
    await gate(name).wait()
    return f"passed {name}"


async def murmur_canary(canary: str, progress: Progress) -> str:
    """Murmur the canary word back, with some progress on the way."""
    for step in range(3):
        progress.report(f"{canary} {step}", current_step=step, total_steps=3)
        await anyio.sleep(0.001)
    return f"murmured {canary}"


__all__ = ["murmur_canary", "wait_at_gate"]
