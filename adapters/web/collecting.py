"""How often Python looks for cycles while it serves, or measures who does: seldom, and never among what was
there at the start.

With its own thresholds it looks after every 700 objects, and a fifth of the time of an event to a thousand
sockets went into it; a full pass also visits everything the application is made of. Our own code leaves no
cycles behind, so most passes find nothing.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

YOUNG = 50_000
"""How many objects more than at the last pass there must be: of 500 busy users so many come and go without
staying, and a pass among them stops everybody for 0.1 s. Left in cycles, they are some 10 MB.
"""


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
