"""The store of old names' uses over SQL."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from adapters.storage.database import Database
from adapters.storage.shared_tables import old_uses as table
from adapters.storage.statements import inserting
from adapters.storage.values import micros, moment, plain
from services.ports.clock import Clock
from services.ports.old_uses import CallSite, OldUse, OldUseStore, UseCount
from services.sealed import Sealed

_SITE = (table.c.old_name, table.c.file, table.c.line, table.c.function)


class SqlOldUseStore(OldUseStore, metaclass=Sealed):
    """Counts in the database."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    async def add(self, counts: Mapping[CallSite, UseCount]) -> None:
        """Do what the port says."""

        def work(connection: Connection) -> None:
            now = micros(self._clock.now())
            for site, count in sorted(counts.items()):  # always in one order, so that two writers never cross
                row = _row(site) | {"uses": count.uses, "refused": count.refused}
                adding = inserting(self._database.dialect, table, **row, first_at=now, last_at=now)
                sums = {
                    "uses": table.c.uses + count.uses,
                    "refused": table.c.refused + count.refused,
                    "last_at": now,
                }
                connection.execute(
                    adding.on_conflict_do_update(index_elements=list(_SITE), set_=sums)
                ).close()

        await self._database.write(work)

    async def uses(self, since: datetime | None = None) -> Sequence[OldUse]:
        """Return what the port says."""
        wanted = select(table).order_by(table.c.uses.desc(), *_SITE)
        if since is not None:
            wanted = wanted.where(table.c.last_at >= micros(since))
        rows = await self._database.read(lambda connection: connection.execute(wanted).all())
        return [_use(row) for row in rows]


def _row(site: CallSite) -> dict[str, Any]:
    return {
        "old_name": plain(site.old_name),
        "file": plain(site.file),
        "line": site.line,
        "function": plain(site.function),
    }


def _use(row: Row[Any]) -> OldUse:
    site = CallSite(row.old_name, row.file, row.line, row.function)
    return OldUse(site, row.uses, row.refused, moment(row.first_at), moment(row.last_at))
