"""What goes on after a scope has closed: the body's exception, a finalizer's, a ``TimeoutError``, or nothing.

* The body's exception goes on; a finalizer cannot swallow it. Whatever else failed becomes a note on it and
  a log line.
* A body that was fine or cancelled gives way to the first finalizer that failed: a cancellation would take
  that to its grave.
* What must never be held up (a native cancellation, ``KeyboardInterrupt``) goes first.
* A cancellation ends where anyio says it ends: at the cancel scope it came from, also when one of the
  objects owns that."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import anyio
import structlog

Outcome = tuple[Any, BaseException | None]
"""A closed object and what its finalizer raised; None when it asked for the exception to be swallowed."""

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


def judge(
    error: BaseException | None, outcomes: Sequence[Outcome], struck: float | None
) -> BaseException | None:
    """Return the exception that goes on, which may be ``error`` itself, or None.

    ``struck`` is the grace in seconds when it was used up: cancellations then are the scope's own.
    """
    reading = _Reading(error)
    for managed, failure in outcomes:
        reading.add(type(managed).__qualname__, failure, ours=struck is not None)
    onward = reading.onward()
    late = f"closing took longer than {struck} s; given up: {', '.join(reading.cut)}" if reading.cut else ""
    if onward is None and late:
        return TimeoutError(late)
    if onward is not None:
        reading.note(onward, late)
    return onward


@dataclass(slots=True)
class _Reading:
    error: BaseException | None
    cancellation: BaseException | None = None
    news: list[tuple[str, BaseException]] = field(default_factory=list)
    cut: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.error is not None and _cancelled(self.error):
            self.cancellation = self.error

    def add(self, name: str, failure: BaseException | None, *, ours: bool) -> None:
        if failure is self.error:
            return
        if failure is None:
            self.cancellation = None
        elif not _cancelled(failure):
            known = set() if self.error is None or _cancelled(self.error) else {*map(id, _leaves(self.error))}
            self.cancellation = None
            if not {*map(id, _leaves(failure))} <= known:
                self.news.append((name, failure))
        elif ours:
            self.cut.append(name)
        elif self.cancellation is None:
            self.cancellation = failure

    def onward(self) -> BaseException | None:
        urgent = [failure for _, failure in self.news if not isinstance(failure, Exception)]
        if self.cancellation is not None and self.cancellation is not self.error:
            urgent.append(self.cancellation)
        if urgent:
            return urgent[0]
        if self.error is not None and not _cancelled(self.error):
            return self.error
        if self.news:
            return self.news[0][1]
        if self.cancellation is None and anyio.current_effective_deadline() != -math.inf:
            return None
        return self.error

    def note(self, onward: BaseException, late: str) -> None:
        for name, failure in self.news:
            if failure is not onward:
                onward.add_note(f"closing {name} failed too: {failure!r}")
                log.error("closing_failed", closed=name, exc_info=failure)
        if late:
            onward.add_note(late)
            log.error("closing_late", given_up=self.cut)


def _leaves(error: BaseException | None) -> Iterator[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        for part in error.exceptions:
            yield from _leaves(part)
    elif error is not None:
        yield error


def _cancelled(error: BaseException) -> bool:
    return any(isinstance(leaf, anyio.get_cancelled_exc_class()) for leaf in _leaves(error))
