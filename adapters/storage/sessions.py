"""The session store over SQL: only the hash of a token is kept."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import BigInteger, Connection, bindparam, delete, insert, select, update

from adapters.storage.database import Database
from adapters.storage.prepared import Prepared
from adapters.storage.tables import sessions as table
from adapters.storage.values import micros, moment
from services.ports.identity import Session, SessionStore
from services.sealed import Sealed


class SqlSessionStore(SessionStore, metaclass=Sealed):
    """Sessions in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        by_token = select(table).where(table.c.token_hash == bindparam("token"))
        used = update(table).where(table.c.session_id == bindparam("session"))
        used = used.values(last_used_at=bindparam("used", type_=BigInteger))
        self._by_token = Prepared(by_token, database.dialect)  # asked for on every request
        self._touch = Prepared(used, database.dialect)

    async def add(self, session: Session) -> None:
        """Raises ``Conflict`` when the id or the hash exists."""
        row = {
            "session_id": session.session_id,
            "user_id": session.user_id,
            "token_hash": session.token_hash,
            "created_at": micros(session.created_at),
            "last_used_at": micros(session.last_used_at),
            "expires_at": micros(session.expires_at),
        }
        await self._database.write(lambda connection: connection.execute(insert(table), row).close())

    async def by_token_hash(self, token_hash: str) -> Session | None:
        """Return what the port says."""

        def work(connection: Connection) -> Session | None:
            rows = self._by_token(connection, token=token_hash)
            if not rows:
                return None
            row = rows[0]
            created, used, expires = moment(row.created_at), moment(row.last_used_at), moment(row.expires_at)
            return Session(row.session_id, row.user_id, row.token_hash, created, used, expires)

        return await self._database.read(work)

    async def touch(self, session_id: str, last_used_at: datetime) -> None:
        """Return what the port says."""
        row = {"session": session_id, "used": micros(last_used_at)}
        await self._database.write(lambda connection: self._touch(connection, **row))

    async def end(self, session_id: str) -> None:
        """Return once it is gone for good."""
        gone = delete(table).where(table.c.session_id == session_id)
        await self._database.write(lambda connection: connection.execute(gone).close())

    async def end_all(self, user_id: str) -> Sequence[str]:
        """Return what the port says."""
        gone = delete(table).where(table.c.user_id == user_id).returning(table.c.session_id)
        return await self._database.write(lambda connection: connection.execute(gone).scalars().all())
