"""A measurement of traced memory in a process of its own, where nobody else allocates:
``python -m tests.containers.kernel.measured_apart NAME BACKEND`` prints the bytes.
"""

import gc
import sys
import tracemalloc

import anyio

from benchmarks.scope import left_behind, of_a_live_scope, open_and_close, traced_now


async def left_without_collecting() -> float:
    """Return what 2,000 closed scopes hold when the garbage collector does not run."""
    await open_and_close(2000)  # what is made once, caches and free lists, is made here
    before = await traced_now()
    gc.disable()
    await open_and_close(2000)
    return tracemalloc.get_traced_memory()[0] - before


MEASUREMENTS = {
    "left_behind": left_behind,
    "left_without_collecting": left_without_collecting,
    "of_a_live_scope": of_a_live_scope,
}

if __name__ == "__main__":
    tracemalloc.start()
    print(anyio.run(MEASUREMENTS[sys.argv[1]], backend=sys.argv[2]))  # noqa: T201
