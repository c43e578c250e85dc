"""How a request's leftovers are closed: shielded from cancellation and in bounded time."""

import inspect
from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import structlog

log = structlog.get_logger(__name__)

CLOSING_SECONDS = 5.0
"""How long one callback, or the closing of one session, may take."""

Callback = Callable[[], Awaitable[object] | object]


async def run_callbacks(callbacks: list[Callback], **about: str) -> None:
    """Empty the list from its end, running each callback once, also those added meanwhile.

    A failing or overlong callback is logged with ``about`` and the rest still run.
    """
    while callbacks:
        callback = callbacks.pop()
        await _finish(
            "cleanup callback", callback, getattr(callback, "__qualname__", type(callback).__name__), about
        )


async def close_session(session: Any, **about: str) -> None:
    """Close a session by its ``close`` or ``aclose``, sync or async, if it has one. Never raises."""
    close = getattr(session, "close", None) or getattr(session, "aclose", None)
    if close is not None:
        await _finish("session", close, type(session).__name__, about)


async def _finish(what: str, function: Callback, name: str, about: dict[str, str]) -> None:
    with anyio.move_on_after(CLOSING_SECONDS, shield=True) as scope:
        try:
            result = function()
            if inspect.isawaitable(result):
                await result
        except Exception:
            log.exception("closing_failed", what=what, name=name, **about)
    if scope.cancelled_caught:
        log.error("closing_took_too_long", what=what, name=name, seconds=CLOSING_SECONDS, **about)
