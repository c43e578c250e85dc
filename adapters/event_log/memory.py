"""The event log in memory: a ring per user, a cursor per reader; gone with the process, which its epoch
tells.

Bounds are the ring's: events and bytes per user, and an age after the user's last event. The log's head and
epoch outlive the events by a day, so that a late reader learns that something was trimmed.
"""

from collections import OrderedDict, deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from adapters.event_log.frames import frame as framed
from adapters.event_log.frames import within
from adapters.event_log.store import REMEMBERED_SECONDS, new_epoch
from adapters.event_log.waiters import Waiters
from services.errors import Superseded
from services.events import RunEvent
from services.ports.clock import Clock
from services.ports.events import READ_BYTES, EventLog, Frame, Head, Lapped, Place, Take, Watch
from services.sealed import Sealed


class _UserLog:
    __slots__ = ("bytes", "epoch", "fences", "frames", "head", "last_append", "runs", "waiters", "watchers")

    def __init__(self, now: float) -> None:
        self.epoch = new_epoch()
        self.frames: deque[tuple[Frame, int]] = deque()
        self.head = self.bytes = self.watchers = 0
        self.runs: dict[str, int] = {}
        self.fences: dict[str, int] = {}
        self.waiters = Waiters()
        self.last_append = now

    @property
    def first(self) -> int:
        return self.head - len(self.frames) + 1

    def position(self) -> Head:
        return Head(self.epoch, self.first, self.head)

    def put(self, frame: Frame, run_seq: int) -> None:
        self.frames.append((frame, run_seq))
        self.bytes += len(frame.data)
        self.head = frame.seq
        self.runs[frame.run_id] = run_seq

    def drop_oldest(self) -> None:
        frame, run_seq = self.frames.popleft()
        self.bytes -= len(frame.data)
        if self.runs.get(frame.run_id) == run_seq:
            del self.runs[frame.run_id]

    def clear(self) -> None:
        self.frames.clear()
        self.runs.clear()
        self.bytes = 0


@dataclass(frozen=True, slots=True)
class LogBounds:
    """What is kept of one user: ``events``, ``bytes``, and ``seconds`` after the last event."""

    events: int
    bytes: int
    seconds: float


class MemoryEventLog(EventLog, metaclass=Sealed):
    """Appending and reading never suspend; everything happens on the event loop's thread."""

    def __init__(self, clock: Clock, bounds: LogBounds) -> None:
        self._clock, self._bounds = clock, bounds
        self._users: OrderedDict[str, _UserLog] = OrderedDict()
        self._holding: OrderedDict[str, _UserLog] = OrderedDict()
        self._oldest_ends = clock.monotonic()

    async def append(self, event: RunEvent, fence: int = 0) -> Place:
        """Store the event; see the port."""
        log = self._user(event.user_id)
        if log.fences and fence < log.fences.get(event.run_id, 0):
            raise Superseded(event.run_id)
        last = log.runs.get(event.run_id)
        if last is not None and event.run_seq <= last:
            return Place(log.epoch, self._seq_of(log, event))
        place = Place(log.epoch, log.head + 1)
        frame = framed(event, place)
        log.put(frame, event.run_seq)
        while len(log.frames) > self._bounds.events or (
            log.bytes > self._bounds.bytes and len(log.frames) > 1
        ):
            log.drop_oldest()
        log.last_append = now = self._clock.monotonic()
        self._users.move_to_end(event.user_id)
        self._holding[event.user_id] = log
        self._holding.move_to_end(event.user_id)
        if now > self._oldest_ends:
            self._expire(now)
        log.waiters.offer(frame)
        return place

    async def fence(self, user_id: str, run_id: str, token: int) -> None:
        """Refuse lower tokens; see the port."""
        fences = self._user(user_id).fences
        fences[run_id] = max(token, fences.get(run_id, 0))

    async def check(self) -> None:
        """Return: memory is always in reach."""

    async def last_run_seq(self, user_id: str, run_id: str) -> int:
        """Return the last number of the run; see the port."""
        log = self._users.get(user_id)
        return 0 if log is None else log.runs.get(run_id, 0)

    async def head(self, user_id: str) -> Head:
        """Return where the log stands; see the port."""
        now = self._clock.monotonic()
        if now > self._oldest_ends:
            self._expire(now)
        return self._user(user_id).position()

    async def read(self, user_id: str, after: int, limit: int = 256) -> Sequence[Frame]:
        """Return the next frames; see the port."""
        log = self._user(user_id)
        start = len(log.frames) - (log.head - after)
        if start < 0 or after > log.head:
            raise Lapped(after, log.position())
        newest = log.head - after
        if newest <= limit:  # readers are nearly always close to the head: walk from there
            found = [frame for frame, _ in islice(reversed(log.frames), newest)][::-1]
        else:
            found = [frame for frame, _ in islice(log.frames, start, start + limit)]
        return found if log.bytes <= READ_BYTES else within(found)

    async def read_run(self, user_id: str, run_id: str) -> Sequence[Frame]:
        """Return the kept frames of one run; see the port."""
        log = self._users.get(user_id)
        return [] if log is None else [frame for frame, _ in log.frames if frame.run_id == run_id]

    def watch(self, user_id: str) -> Watch:
        """Return a wake-up; while it is open the user's log is not forgotten."""
        return _MemoryWatch(self._user(user_id))

    def _user(self, user_id: str) -> _UserLog:
        log = self._users.get(user_id)
        if log is None:
            log = self._users[user_id] = _UserLog(self._clock.monotonic())
        return log

    def _seq_of(self, log: _UserLog, event: RunEvent) -> int:
        for frame, run_seq in log.frames:
            if frame.run_id == event.run_id and run_seq == event.run_seq:
                return frame.seq
        raise Lapped(event.run_seq, log.position())

    def _expire(self, now: float) -> None:
        """Both tables are ordered by a user's last event, so the work is only what there is to forget."""
        while (
            log := next(iter(self._holding.values()), None)
        ) and now - log.last_append > self._bounds.seconds:
            self._holding.popitem(last=False)
            log.clear()
        while (log := next(iter(self._users.values()), None)) and now - log.last_append > REMEMBERED_SECONDS:
            user_id, _ = self._users.popitem(last=False)
            if log.watchers:
                log.last_append = now
                self._users[user_id] = log
        ends = [
            next(iter(table.values())).last_append + seconds if table else now + seconds
            for table, seconds in ((self._holding, self._bounds.seconds), (self._users, REMEMBERED_SECONDS))
        ]
        self._oldest_ends = min(ends)  # whatever is added later ends later


class _MemoryWatch(Watch):
    __slots__ = ("_log", "_open")

    def __init__(self, log: _UserLog) -> None:
        self._log, self._open = log, True
        log.watchers += 1

    async def wait(self, after: int, take: Take | None = None) -> None:
        log = self._log
        while log.head <= after:
            after = await log.waiters.wait(after, take)

    def close(self) -> None:
        if self._open:
            self._open = False
            self._log.watchers -= 1
