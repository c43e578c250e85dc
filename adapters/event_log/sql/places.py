"""Where each user's log stands, inside one transaction: made at first touch, locked in one order, begun anew
when the database is not the one that gave out its numbers.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from adapters.event_log.sql.phrases import listed
from adapters.event_log.sql.statements import LogStatements
from adapters.event_log.store import KeptBounds, new_epoch
from services.ports.events import Head, Place


@dataclass(slots=True)
class Log:
    """One row of ``logs``, changed in place. Times are microseconds."""

    user_id: str
    epoch: str
    timeline: str
    head: int
    first: int
    appended_at: int

    def next(self, bounds: KeptBounds, now: int) -> Place:
        """Return the place of one more event."""
        if aged(self.appended_at, bounds, now):
            self.first = self.head + 1
        self.head += 1
        self.first = max(self.first, self.head - bounds.events + 1)
        self.appended_at = now
        return Place(self.epoch, self.head)

    def position(self, bounds: KeptBounds, now: int) -> Head:
        """Return where it stands for readers."""
        first = self.head + 1 if aged(self.appended_at, bounds, now) else self.first
        return Head(self.epoch, first, self.head)

    def values(self) -> dict[str, object]:
        """Return what ``LogStatements.move`` wants."""
        return {
            "user": self.user_id,
            "new_epoch": self.epoch,
            "new_timeline": self.timeline,
            "new_head": self.head,
            "new_first": self.first,
            "new_appended_at": self.appended_at,
        }


def aged(appended_at: int, bounds: KeptBounds, now: int) -> bool:
    """Whether what was appended then last is kept no more."""
    return now - appended_at > bounds.seconds * 1e6


def read(row: Any) -> Log | None:
    """Return the log of a row, None when its numbers are another database's."""
    if row.timeline != row.now_on:
        return None
    return Log(row.user_id, row.epoch, row.timeline, row.head, row.first, row.appended_at)


def locked(connection: Connection, say: LogStatements, user_ids: Collection[str], now: int) -> dict[str, Log]:
    """Return these users' logs, which nobody else changes until the transaction ends."""
    keys = listed((user_id,) for user_id in user_ids)
    rows = say.lock(connection, keys=keys)
    if len(rows) < len(user_ids):
        missing = sorted({*user_ids} - {row.user_id for row in rows})
        say.add_log.many(connection, [_new(user_id, now) for user_id in missing])
        rows = say.lock(connection, keys=keys)
    return {row.user_id: read(row) or _anew(connection, say, row, now) for row in rows}


def _new(user_id: str, now: int) -> dict[str, object]:
    """A log made here has no timeline yet: who locks it next gives it one, and the epoch that counts."""
    return {
        "user_id": user_id,
        "epoch": new_epoch(),
        "timeline": "",
        "head": 0,
        "first": 1,
        "appended_at": now,
        "seen_at": now,
    }


def _anew(connection: Connection, say: LogStatements, row: Any, now: int) -> Log:
    """Begin a new epoch: acknowledged events may be lost, and their numbers must not be given out again."""
    log = Log(row.user_id, new_epoch(), row.now_on, 0, 1, now)
    say.drop_events(connection, user=log.user_id, below=row.head + 1)
    say.restart(connection, user=log.user_id)
    say.move(connection, **log.values())
    return log
