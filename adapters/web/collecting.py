"""How often Python looks for cycles while it serves: seldom, and never among what was there at the start.

With its own thresholds it looks after every 700 objects, and a fifth of the time of an event to a thousand
sockets went into it; a full pass also visits everything the application is made of.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

YOUNG = 10_000


@contextmanager
def seldom_collecting() -> Iterator[None]:
    """Set the process's collector for the block; for a process that is ours alone."""
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
