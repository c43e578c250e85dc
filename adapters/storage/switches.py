"""The switch store over SQL: a switch and the record of its change are written together."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from adapters.storage.database import Database
from adapters.storage.locks import lock
from adapters.storage.shared_tables import switch_changes as changes
from adapters.storage.shared_tables import switches as table
from adapters.storage.statements import inserting
from adapters.storage.values import micros, moment, plain
from services.ports.clock import Clock
from services.ports.switches import SwitchChange, SwitchStore
from services.sealed import Sealed


class SqlSwitchStore(SwitchStore, metaclass=Sealed):
    """Switches in the database."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    async def values(self) -> Mapping[str, str]:
        """Return what the port says."""
        every = select(table.c.name, table.c.value)
        rows = await self._database.read(lambda connection: connection.execute(every).all())
        return {row.name: row.value for row in rows}

    async def set(self, name: str, value: str, who: str) -> SwitchChange:
        """Return what the port says."""

        def work(connection: Connection) -> SwitchChange:
            lock(connection, f"switch:{name}")
            now = select(table.c.value).where(table.c.name == name)
            change = SwitchChange(
                name, connection.execute(now).scalar(), value, plain(who), self._clock.now()
            )
            setting = inserting(self._database.dialect, table, name=name, value=value)
            connection.execute(
                setting.on_conflict_do_update(index_elements=[table.c.name], set_={"value": value})
            ).close()
            row = {"name": name, "old": change.old, "new": value, "who": change.who}
            connection.execute(insert(changes), row | {"changed_at": micros(change.at)}).close()
            return change

        return await self._database.write(work)

    async def history(self, name: str, limit: int = 20) -> Sequence[SwitchChange]:
        """Return what the port says."""
        last = select(changes).where(changes.c.name == name).order_by(changes.c.position.desc()).limit(limit)
        rows = await self._database.read(lambda connection: connection.execute(last).all())
        return [_change(row) for row in rows]


def _change(row: Row[Any]) -> SwitchChange:
    return SwitchChange(row.name, row.old, row.new, row.who, moment(row.changed_at))
