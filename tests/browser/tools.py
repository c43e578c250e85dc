"""Tools that a browser test steers: one reads until the test opens its gate, one fails, one repeats."""

from collections import defaultdict

import anyio

from services.tools.progress import Progress

__all__ = ["read_slowly", "repeat", "sum_column"]

GATES: defaultdict[str, anyio.Event] = defaultdict(anyio.Event)


async def read_slowly(file: str, progress: Progress) -> dict[str, str]:
    """Report 40 percent and wait until the test opens the gate of that name."""
    progress.report("read 9,600 of 24,000 rows", percentage=40, current_step=2, total_steps=5)
    await GATES[file].wait()
    return {"text": f"{file} is read"}


def sum_column(column: str) -> None:
    """Fail."""
    raise KeyError(column)


def repeat(text: str) -> dict[str, str]:
    """Return the text."""
    return {"text": text}
