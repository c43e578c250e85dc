"""Which sessions and calls are too old to be kept. Neither chore looks through a whole table of calls."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, delete, or_, select

from adapters.storage.database import Database
from adapters.storage.tables import calls, sessions
from adapters.storage.values import micros
from services.ports.clock import Clock
from services.ports.trimming import Trimmed
from services.sealed import Sealed


class OldSessions(Trimmed, metaclass=Sealed):
    """Sessions whose lifetime is over, or that were not used for ``idle``."""

    def __init__(self, database: Database, clock: Clock, idle: timedelta) -> None:
        self._database, self._clock, self._idle = database, clock, idle

    async def trim(self, most: int) -> int:
        """Return what the port says. They are looked for beside the writer."""
        over, found = self._over(), select(sessions.c.session_id)
        ids: Sequence[str] = await self._database.read(
            lambda connection: connection.execute(found.where(over).limit(most)).scalars().all()
        )
        if not ids:
            return 0
        gone = delete(sessions).where(sessions.c.session_id.in_(ids), over)
        return await self._database.write(lambda connection: connection.execute(gone).rowcount)

    def _over(self) -> ColumnElement[bool]:
        now = self._clock.now()
        return or_(sessions.c.expires_at <= micros(now), sessions.c.last_used_at <= micros(now - self._idle))


class OldCalls(Trimmed, metaclass=Sealed):
    """Records of calls that ended more than ``kept`` ago."""

    def __init__(self, database: Database, clock: Clock, kept: timedelta) -> None:
        self._database, self._clock, self._kept = database, clock, kept

    async def trim(self, most: int) -> int:
        """Return what the port says. Only the first to have arrived are looked at: no later one is older."""
        old = calls.c.finished_at < micros(self._clock.now() - self._kept)
        first = select(calls.c.position).order_by(calls.c.position).limit(most).subquery()
        some = select(calls.c.position).where(calls.c.position.in_(select(first.c.position)), old)
        ids: Sequence[int] = await self._database.read(
            lambda connection: connection.execute(some).scalars().all()
        )
        if not ids:
            return 0
        gone = delete(calls).where(calls.c.position.in_(ids))
        return await self._database.write(lambda connection: connection.execute(gone).rowcount)
