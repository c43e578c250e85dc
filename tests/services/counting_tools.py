"""A tool that shows how often it ran."""

from collections import Counter

import anyio

STARTED, GO_ON = anyio.Event(), anyio.Event()
RAN: Counter[str] = Counter()  # tests use names of their own


async def count_up(name: str) -> int:
    """Count how often this was called with the name."""
    RAN[name] += 1
    return RAN[name]


async def count_slowly(name: str) -> int:
    """Count, once it may go on."""
    STARTED.set()
    await GO_ON.wait()
    return await count_up(name)


async def fail() -> None:
    """Fail in every case."""
    raise RuntimeError("always")


__all__ = ["count_slowly", "count_up", "fail"]
