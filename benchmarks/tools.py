"""The tools that benchmarks call."""


async def bench_add(a: int, b: int) -> int:
    """Add two numbers for a benchmark."""
    return a + b
