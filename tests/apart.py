"""How a test runs code that starts an event loop of its own: in a thread of its own.

While an async fixture of the session is alive, anyio takes the main thread to be inside that fixture's loop.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def apart(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call the function in a new thread and return or raise what it does."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(function, *args, **kwargs).result()
