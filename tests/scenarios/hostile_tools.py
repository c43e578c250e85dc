"""Tools that do harm, for a server of its own process."""

import threading
import time
from typing import Any

import anyio

from services.tools import tool

_never = threading.Event()


async def never_return() -> None:
    """Wait for ever."""
    await anyio.sleep_forever()


def block_a_thread() -> None:
    """Hold a worker thread for some seconds beyond the time limit."""
    _never.wait(4)


async def block_the_loop() -> str:
    """Hold the event loop."""
    time.sleep(1.6)  # noqa: ASYNC251 - that is its malice
    return "awake"


async def exit_the_process() -> None:
    """Raise what nobody expects."""
    raise SystemExit(3)


@tool(timeout=30)  # its malice is the size: a busy machine needs more than the second the others get
async def return_too_much() -> str:
    """Return a hundred million characters."""
    return "x" * 100_000_000


async def return_itself() -> list[Any]:
    """Return a list that holds itself."""
    result: list[Any] = []
    result.append(result)
    return result


async def return_no_json() -> object:
    """Return what has no JSON form."""
    return object()


async def echo(text: str) -> str:
    """Say it again."""
    return text


__all__ = [
    "block_a_thread",
    "block_the_loop",
    "echo",
    "exit_the_process",
    "never_return",
    "return_itself",
    "return_no_json",
    "return_too_much",
]
