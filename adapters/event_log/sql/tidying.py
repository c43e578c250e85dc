"""What is forgotten, and when: events some time after a user's last one, the whole log a day later, unless
somebody watches.
"""

from collections.abc import Collection

from sqlalchemy import Connection

from adapters.event_log.sql.phrases import listed
from adapters.event_log.sql.statements import LogStatements
from adapters.event_log.store import REMEMBERED_SECONDS, KeptBounds

SEEN_ANEW = 3_600_000_000
"""Microseconds after which a watched log is marked as seen again."""
REMEMBERED = int(REMEMBERED_SECONDS * 1e6)


def see(connection: Connection, say: LogStatements, watched: Collection[str], now: int) -> None:
    """Mark the logs that somebody watches."""
    if watched:
        keys = listed((user_id,) for user_id in watched)
        say.see(connection, keys=keys, before=now - SEEN_ANEW, now=now)


def forget(connection: Connection, say: LogStatements, bounds: KeptBounds, now: int) -> bool:
    """Forget a few; return whether there were any."""
    aged = say.aged(connection, before=now - int(bounds.seconds * 1e6))
    for row in aged:
        say.drop_events(connection, user=row.user_id, below=row.head + 1)
        values = {"new_epoch": row.epoch, "new_timeline": row.timeline, "new_head": row.head}
        say.move(
            connection, user=row.user_id, new_first=row.head + 1, new_appended_at=row.appended_at, **values
        )
    forgotten = say.forgotten(connection, before=now - REMEMBERED)
    for row in forgotten:
        say.drop_events(connection, user=row.user_id, below=row.head + 1)
        say.drop_producers(connection, user=row.user_id, before=now + 1)
        say.drop_log(connection, user=row.user_id)
    return bool(aged or forgotten)
