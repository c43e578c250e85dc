"""Which sessions and calls housekeeping removes."""

from datetime import timedelta

from adapters.storage.calls import SqlCallStore
from adapters.storage.database import Database
from adapters.storage.outdated import OldCalls, OldSessions
from services.errors import NotFound
from services.ports.calls import CallRecord
from services.ports.identity import Session, SessionStore
from tests.build import build
from tests.contracts.storage.conftest import HandClock

HOUR = timedelta(hours=1)


async def test_sessions_go_at_their_end_or_when_unused_and_no_other_does(
    database: Database, sessions: SessionStore, clock: HandClock
) -> None:
    now = clock.now()
    for name, used, end in (("over", now, now), ("idle", now - HOUR, now + HOUR), ("good", now, now + HOUR)):
        await sessions.add(Session(name, "u", f"hash-{name}", now - HOUR, used, end))
    chore = build(OldSessions, database, clock, HOUR)
    assert [await chore.trim(1), await chore.trim(10), await chore.trim(10)] == [1, 1, 0]
    assert await sessions.by_token_hash("hash-good") is not None
    assert await sessions.by_token_hash("hash-idle") is None


async def test_calls_go_when_they_are_too_old_oldest_first(database: Database, clock: HandClock) -> None:
    async with build(SqlCallStore, database) as writing:
        for number in range(5):
            call = f"c{number}"
            writing.keep(CallRecord(call, "r", "u", "t", {}, None, None, "completed", 1.0, clock.now()))
            clock.move(60)
    chore = build(OldCalls, database, clock, timedelta(minutes=3, seconds=30))
    assert [await chore.trim(1), await chore.trim(10), await chore.trim(10)] == [1, 1, 0]
    calls = build(SqlCallStore, database)
    assert [await there(calls, f"c{number}") for number in range(5)] == [False, False, True, True, True]


async def there(calls: SqlCallStore, call_id: str) -> bool:
    try:
        await calls.call("u", "r", call_id)
    except NotFound:
        return False
    return True
