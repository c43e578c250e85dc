"""A tool that shows how often it ran."""

from collections import Counter

RAN: Counter[str] = Counter()  # tests use names of their own


async def count_up(name: str) -> int:
    """Count how often this was called with the name."""
    RAN[name] += 1
    return RAN[name]


async def fail() -> None:
    """Fail in every case."""
    raise RuntimeError("always")


__all__ = ["count_up", "fail"]
