"""Notices over SQL: a table that every process reads twice a second, from where it has got to.

On PostgreSQL a row with a lower number may become visible after one with a higher: the last seconds are read
again, and what was heard already is passed over. There, a notification also wakes the readers at once.
"""

from collections.abc import Sequence
from typing import Any

import structlog
from anyio import Event, move_on_after
from sqlalchemy import Connection, Row, delete, func, insert, select

from adapters.storage.database import Database
from adapters.storage.notifying import notify
from adapters.storage.shared_tables import notices as table
from adapters.storage.statements import POSTGRES, SECOND, present
from services.background import Background
from services.errors import Unavailable
from services.ports.clock import Clock
from services.ports.notices import Heard, Notices
from services.ports.trimming import Trimmed
from services.sealed import Sealed

CHANNEL = "soledoor_notices"
EVERY_S = 0.5
KEPT_S = 180.0
OVERLAP_S = 15.0
"""Longer than a transaction may take."""

_log = structlog.get_logger(__name__)


class SqlNotices(Background, Notices, Trimmed, metaclass=Sealed):
    """Notices in the database; enter it to hear those of other processes. For the loop's thread only.

    A process that was cut off for longer than three minutes misses what was posted before that.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock
        self._overlap = round(OVERLAP_S * SECOND) if database.dialect.name == POSTGRES else 0
        self._hearers: dict[str, list[Heard]] = {}
        self._heard: dict[int, int] = {}
        self._floor, self._away = 0, False
        self._wake = Event()

    async def post(self, kind: str, subject: str) -> None:
        """Return what the port says; this process has heard it then."""

        def work(connection: Connection) -> Any:
            row = {"kind": kind, "subject": subject, "posted_at": self._now()}
            added = insert(table).values(row).returning(table.c.position, table.c.posted_at)
            notify(connection, CHANNEL)
            return connection.execute(added).one()

        row = await self._database.write(work)
        self._tell(row.position, row.posted_at, kind, subject)

    def hear(self, kind: str, heard: Heard) -> None:
        """Return what the port says."""
        self._hearers.setdefault(kind, []).append(heard)

    def wake(self, _payload: str | None = None) -> None:
        """Look now instead of in half a second."""
        self._wake.set()

    async def trim(self, most: int) -> int:
        """Remove notices that are older than three minutes."""
        old = table.c.posted_at < self._now() - round(KEPT_S * SECOND)
        some = select(table.c.position).where(old).order_by(table.c.position).limit(most)
        gone = delete(table).where(table.c.position.in_(some))
        return await self._database.write(lambda connection: connection.execute(gone).rowcount)

    async def begin(self) -> None:
        """Raises ``Unavailable``: without a place to begin at nothing could be heard."""
        for row in await self._database.read(self._begin):
            self._heard[row.position] = row.posted_at

    async def work(self) -> None:
        """Look twice a second, and whenever woken."""
        async with self._database.listen(CHANNEL, self.wake):
            while True:
                with move_on_after(EVERY_S):
                    await self._wake.wait()
                self._wake = Event()
                await self._look()

    async def _look(self) -> None:
        try:
            await self._catch_up()
        except Unavailable:
            if not self._away:
                _log.warning("notices_unreadable")
            self._away = True
        else:
            self._away = False

    async def _catch_up(self) -> None:
        rows, now = await self._database.read(self._unread)
        for row in rows:
            self._tell(row.position, row.posted_at, row.kind, row.subject)
        # Only by what this very look saw: our own last number may be above one that it came too early for.
        settled = [row.position for row in rows if row.posted_at <= now - self._overlap]
        self._floor, oldest = max(settled, default=self._floor), now - round(KEPT_S * SECOND)
        heard = self._heard.items()
        self._heard = {number: at for number, at in heard if number > self._floor and at > oldest}

    def _begin(self, connection: Connection) -> Sequence[Row[Any]]:
        """Find the number below which nothing new appears; return what lies above: it was heard by others."""
        settled = table.c.posted_at <= self._now() - self._overlap
        highest = select(func.max(table.c.position)).where(settled)
        self._floor = connection.execute(highest).scalar() or 0
        return connection.execute(select(table).where(table.c.position > self._floor)).all()

    def _unread(self, connection: Connection) -> tuple[Sequence[Row[Any]], int]:
        now = connection.execute(select(self._now())).scalar_one()
        above = select(table).where(table.c.position > self._floor).order_by(table.c.position)
        return connection.execute(above).all(), now

    def _now(self) -> Any:
        return present(self._database.dialect, self._clock)

    def _tell(self, position: int, at: int, kind: str, subject: str) -> None:
        # Looks overlap, and one may see our own row before we are told that it was committed.
        if position <= self._floor or position in self._heard:
            return
        self._heard[position] = at
        for heard in self._hearers.get(kind, ()):
            try:
                heard(subject)
            except Exception:  # noqa: BLE001 - one that fails keeps no other from hearing
                _log.exception("hearing_failed", kind=kind)
