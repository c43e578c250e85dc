"""The memory service: how much this process uses, which scopes are open, what gives way when it gets tight.

It measures this process and invents no reading. At ``high`` it trims caches and closes idle scopes; at
``critical`` it refuses new runs as well. It never closes a live run.
"""

from collections import deque
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

import anyio
import structlog
from anyio.abc import TaskGroup

from services.context import UserExecutionContext
from services.errors import Unavailable
from services.ports.clock import Clock
from services.ports.memory import MemoryProbe
from services.sealed import Sealed

log = structlog.get_logger(__name__)

SAMPLE_SECONDS = 5.0
HISTORY = 720
"""Samples remembered: one hour."""

FRESH_SECONDS = 1.0
"""A reading of this age is good enough to decide about a new run: each costs several system files."""

CLOSING_SECONDS = 5.0
RETRY_AFTER = 10.0


class MemoryLevel(StrEnum):
    """How tight memory is, by the share of the limit in use; ``unknown`` where it cannot be read."""

    LOW = "low"
    MODERATE = "moderate"
    HIGH = "high"
    CRITICAL = "critical"
    UNKNOWN = "unknown"


_BOUNDS = ((0.7, MemoryLevel.LOW), (0.8, MemoryLevel.MODERATE), (0.9, MemoryLevel.HIGH))


@dataclass(frozen=True, slots=True)
class MemoryStatus:
    """Bytes, share 0-1 and seconds; None where it cannot be read."""

    level: MemoryLevel
    resident: int | None
    limit: int | None
    ratio: float | None
    live_scopes: int
    oldest_scope_s: float


@dataclass(frozen=True, slots=True)
class ScopeReport:
    """One open scope: whose, of which run, for how many seconds."""

    user_id: str
    run_id: str
    age_s: float


@dataclass(frozen=True, slots=True)
class Sample:
    """One reading."""

    moment: datetime
    level: MemoryLevel
    resident: int | None


class MemoryService(metaclass=Sealed):
    """Entered by the application, it samples every few seconds. For the loop's thread only."""

    def __init__(self, probe: MemoryProbe, clock: Clock) -> None:
        self._probe, self._clock = probe, clock
        self._scopes: dict[object, tuple[UserExecutionContext, float]] = {}
        self._history: deque[Sample] = deque(maxlen=HISTORY)
        self._trimmers: list[Callable[[], object]] = []
        self._idle_closers: list[Callable[[], Awaitable[Any]]] = []
        self._level, self._measured_at = MemoryLevel.UNKNOWN, -FRESH_SECONDS
        self._told: MemoryLevel | None = None
        self._tasks: TaskGroup | None = None

    async def __aenter__(self) -> Self:
        self._tasks = await anyio.create_task_group().__aenter__()
        self._tasks.start_soon(self._watch)
        return self

    async def __aexit__(self, *exc: object) -> None:
        assert self._tasks is not None
        self._tasks.cancel_scope.cancel()
        await self._tasks.__aexit__(None, None, None)

    def add_trimmer(self, trim: Callable[[], object]) -> None:
        """Call this at ``high`` and above; it drops what can be had again."""
        self._trimmers.append(trim)

    def add_idle_closer(self, close: Callable[[], Awaitable[Any]]) -> None:
        """Await this at ``high`` and above; it closes what nobody uses."""
        self._idle_closers.append(close)

    def scope_opened(self, context: UserExecutionContext) -> object:
        """Count a scope; return the token that ``scope_closed`` takes."""
        token = object()
        self._scopes[token] = (context, self._clock.monotonic())
        return token

    def scope_closed(self, token: object) -> None:
        """Count a scope off; may be called twice."""
        self._scopes.pop(token, None)

    def status(self) -> MemoryStatus:
        """Measure now."""
        resident, limit = self._probe.resident(), self._probe.limit()
        ratio = resident / limit if resident is not None and limit else None
        now = self._clock.monotonic()
        self._level, self._measured_at = _level(ratio), now
        oldest = next(iter(self._scopes.values()), None)
        return MemoryStatus(
            level=self._level,
            resident=resident,
            limit=limit,
            ratio=ratio,
            live_scopes=len(self._scopes),
            oldest_scope_s=0.0 if oldest is None else now - oldest[1],
        )

    def refuse_when_critical(self) -> None:
        """Raise ``Unavailable`` (``overloaded``) when a reading of this second is critical."""
        if self._clock.monotonic() - self._measured_at >= FRESH_SECONDS:
            self.status()
        if self._level is MemoryLevel.CRITICAL:
            raise Unavailable(
                "the server is short of memory: try again in a moment",
                code="overloaded",
                retry_after_s=RETRY_AFTER,
            )

    def scopes(self) -> Sequence[ScopeReport]:
        """Return the open scopes, oldest first."""
        now = self._clock.monotonic()
        return [ScopeReport(c.user_id, c.run_id, now - opened) for c, opened in self._scopes.values()]

    def leak_report(self, live_run_ids: Collection[str]) -> Sequence[ScopeReport]:
        """Return the open scopes whose run is over."""
        return [scope for scope in self.scopes() if scope.run_id not in live_run_ids]

    def history(self) -> Sequence[Sample]:
        """Return the samples of the last hour, oldest first."""
        return tuple(self._history)

    async def sample(self) -> MemoryStatus:
        """Measure, remember, and make room when memory is tight. Trouble in making room is logged."""
        status = self.status()
        self._history.append(Sample(self._clock.now(), status.level, status.resident))
        tight = status.level in {MemoryLevel.HIGH, MemoryLevel.CRITICAL}
        if tight and self._told is not status.level:
            log.warning("memory_tight", level=status.level, ratio=status.ratio, scopes=status.live_scopes)
        self._told = status.level
        if tight:
            await self._make_room()
        return status

    async def _make_room(self) -> None:
        for trim in self._trimmers:
            try:
                trim()
            except Exception:
                log.exception("trimming_failed", name=getattr(trim, "__qualname__", repr(trim)))
        for close in self._idle_closers:
            with anyio.move_on_after(CLOSING_SECONDS):
                try:
                    await close()
                except Exception:
                    log.exception("closing_idle_failed", name=getattr(close, "__qualname__", repr(close)))

    async def _watch(self) -> None:
        while True:
            await self.sample()
            await anyio.sleep(SAMPLE_SECONDS)


def _level(ratio: float | None) -> MemoryLevel:
    if ratio is None:
        return MemoryLevel.UNKNOWN
    return next((level for bound, level in _BOUNDS if ratio < bound), MemoryLevel.CRITICAL)
