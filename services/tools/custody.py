"""Custody: how the coroutine of a tool is driven, so that it can be left behind when it refuses to end.

A coroutine runs in its caller's task. It normally ends when it is cancelled; one that swallows every
cancellation, or hides behind a shield for ever, would hold its caller for ever. Custody hands each
suspension on to the loop and so can stop resuming such a coroutine: the caller goes on, the coroutine never
runs again.
"""

from collections.abc import Awaitable, Callable, Coroutine, Generator
from typing import Any, Protocol

import anyio
import structlog

log = structlog.get_logger(__name__)

PATIENCE = 100
"""Cancellations a tool may swallow; one that cleans up swallows one or two."""


class ToolExited(Exception):
    """A tool raised what is not for tools to raise: a cancellation, a ``SystemExit`` or the like."""


class Board(Protocol):
    """Where it is written which tool has the loop right now, and which coroutines were left behind.

    The latter refused even to be closed; they are held, since collecting one would close it again.
    """

    running_tool: str | None
    left_behind: list[Coroutine[Any, Any, Any]]


class Custody(Awaitable[Any]):
    """Awaited once. ``abandon`` may be called from the same loop while somebody waits."""

    __slots__ = (
        "_abandoned",
        "_board",
        "_coroutine",
        "_interrupted",
        "_swallowed",
        "_waiting_for",
        "tool_name",
    )

    def __init__(self, coroutine: Coroutine[Any, Any, Any], tool_name: str, board: Board) -> None:
        self._coroutine, self.tool_name, self._board = coroutine, tool_name, board
        self._swallowed, self._abandoned, self._waiting_for = 0, False, None
        self._interrupted = False

    def abandon(self) -> None:
        """Wake the caller and never resume the coroutine again; does nothing once it has ended."""
        cancel = getattr(self._waiting_for, "cancel", None)
        if cancel is not None:
            self._abandoned = True
            cancel()

    def __await__(self) -> Generator[Any, Any, Any]:
        coroutine, board, name = self._coroutine, self._board, self.tool_name
        cancelled = anyio.get_cancelled_exc_class()
        step: Callable[[Any], Any] = coroutine.send
        value: Any = None
        while True:
            board.running_tool = name
            try:
                self._waiting_for = step(value)
            except StopIteration as end:
                self._waiting_for = None
                return end.value
            except (cancelled, GeneratorExit) as error:
                if self._interrupted:
                    raise
                raise ToolExited(type(error).__name__) from error
            finally:
                board.running_tool = None
            try:
                step, value = coroutine.send, (yield self._waiting_for)
            except BaseException as error:  # noqa: BLE001 - handed on to the tool, as an await would
                self._interrupted = True
                if isinstance(error, cancelled):
                    self._judge(error)
                step, value = coroutine.throw, error

    def _judge(self, error: BaseException) -> None:
        self._swallowed += 1
        if not (self._abandoned or self._swallowed > PATIENCE):
            return
        log.warning("tool_left_behind", tool=self.tool_name, swallowed_cancellations=self._swallowed)
        try:
            self._coroutine.close()
        except RuntimeError:
            self._board.left_behind.append(self._coroutine)
        if self._abandoned:
            raise TimeoutError(self.tool_name) from None
        raise error
