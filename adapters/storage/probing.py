"""Whether a database takes writes: a lease that nobody holds is written, which housekeeping takes away."""

from adapters.storage.database import Database
from adapters.storage.shared_tables import leases
from adapters.storage.statements import inserting

NOBODY = ""


async def takes_writes(database: Database) -> bool:
    """Return True once a row is durable; raises ``Unavailable`` saying why it cannot be.

    Reading would prove little: a locked file and a full disk can be read.
    """
    ended = inserting(database.dialect, leases, replica=NOBODY, until=0)
    # Another value each time: SQLite does not write what stays the same.
    other = {"until": 1 - leases.c.until}
    anew = ended.on_conflict_do_update(index_elements=[leases.c.replica], set_=other)
    await database.write(lambda connection: connection.execute(anew).close())
    return True
