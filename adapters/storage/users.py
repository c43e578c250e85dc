"""The account store over SQL: names differ only when more than their case differs."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update

from adapters.storage.database import Database
from adapters.storage.prepared import Prepared
from adapters.storage.tables import users as table
from adapters.storage.values import folded, from_json, to_json
from services.errors import Conflict, FieldError, NotFound
from services.ports.identity import User, UserStore
from services.sealed import Sealed


class SqlUserStore(UserStore, metaclass=Sealed):
    """Accounts in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        by_name = select(table).where(table.c.name_key == bindparam("key"))
        by_id = select(table).where(table.c.user_id == bindparam("key"))  # asked for on every request
        self._by_name, self._by_id = Prepared(by_name, database.dialect), Prepared(by_id, database.dialect)

    async def add(self, user: User, password_hash: str) -> None:
        """Raises ``Conflict`` also for an id that exists."""
        row = {
            "user_id": user.id,
            "name": user.name,
            "name_key": folded(user.name),
            "roles": to_json(sorted(user.roles)).decode(),
            "disabled": user.disabled,
            "password_hash": password_hash,
        }
        try:
            await self._database.write(lambda connection: connection.execute(insert(table), row).close())
        except Conflict:
            cure = FieldError("username", "is taken: choose another")
            raise Conflict("There is an account of this name.", code="name_taken", errors=[cure]) from None

    async def by_name(self, name: str) -> tuple[User, str] | None:
        """Return what the port says."""
        row = await self._row(self._by_name, folded(name))
        return None if row is None else (_user(row), str(row.password_hash))

    async def by_id(self, user_id: str) -> User | None:
        """Return what the port says."""
        row = await self._row(self._by_id, user_id)
        return None if row is None else _user(row)

    async def set_password(self, user_id: str, password_hash: str) -> None:
        """Raises ``NotFound``."""
        await self._change(user_id, password_hash=password_hash)

    async def set_disabled(self, user_id: str, disabled: bool) -> None:
        """Return what the port says."""
        await self._change(user_id, disabled=disabled)

    async def users(self) -> Sequence[User]:
        """Return what the port says; the order is that of the names in lower case."""
        rows = await self._database.read(lambda connection: connection.execute(select(table)).all())
        return [_user(row) for row in sorted(rows, key=lambda row: str(row.name_key))]

    async def count(self) -> int:
        """Return what the port says."""
        statement = select(func.count()).select_from(table)
        return await self._database.read(lambda connection: connection.execute(statement).scalar_one())

    async def _change(self, user_id: str, **values: object) -> None:
        change = update(table).where(table.c.user_id == user_id).values(**values)
        if await self._database.write(lambda connection: connection.execute(change).rowcount) == 0:
            raise NotFound("There is no such account.")

    async def _row(self, asked: Prepared, key: str) -> Any:
        rows = await self._database.read(lambda connection: asked(connection, key=key))
        return rows[0] if rows else None


def _user(row: Any) -> User:
    return User(row.user_id, row.name, frozenset(from_json(row.roles)), bool(row.disabled))
