"""Leases over SQL: a lease ends by the database's clock, whatever the clocks of the replicas say."""

from collections.abc import Collection

from sqlalchemy import Connection, delete, select

from adapters.storage.database import Database
from adapters.storage.shared_tables import leases as table
from adapters.storage.statements import SECOND, inserting, present
from services.ports.clock import Clock
from services.ports.leases import Leases
from services.ports.trimming import Trimmed
from services.sealed import Sealed


class SqlLeases(Leases, Trimmed, metaclass=Sealed):
    """One row for each replica."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    async def hold(self, replica: str, seconds: float) -> None:
        """Return what the port says."""

        def work(connection: Connection) -> None:
            until = present(self._database.dialect, self._clock) + round(seconds * SECOND)
            held = inserting(self._database.dialect, table, replica=replica, until=until)
            anew = held.on_conflict_do_update(index_elements=[table.c.replica], set_={"until": until})
            connection.execute(anew).close()

        await self._database.write(work)

    async def release(self, replica: str) -> None:
        """Return what the port says."""
        gone = delete(table).where(table.c.replica == replica)
        await self._database.write(lambda connection: connection.execute(gone).close())

    async def without(self, replicas: Collection[str]) -> frozenset[str]:
        """Return what the port says."""
        lasting = table.c.until > present(self._database.dialect, self._clock)
        held = select(table.c.replica).where(table.c.replica.in_(list(replicas)), lasting)
        return frozenset(replicas) - set(
            await self._database.read(lambda connection: connection.execute(held).scalars().all())
        )

    async def trim(self, most: int) -> int:
        """Remove leases that have ended: no lease and an ended one mean the same."""
        over = table.c.until <= present(self._database.dialect, self._clock)
        some = select(table.c.replica).where(over).limit(most)
        gone = delete(table).where(table.c.replica.in_(some), over)
        return await self._database.write(lambda connection: connection.execute(gone).rowcount)
