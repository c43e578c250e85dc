"""Accounts: who may be created, under which name and with which password, and who may log in no more."""

import secrets
from collections.abc import Sequence

from services.errors import FieldError, InvalidInput, NotFound
from services.identity import names, passwords
from services.identity.session_endings import SessionEndings
from services.ports.identity import PasswordHasher, User, UserStore
from services.sealed import Sealed

USER = frozenset({"user"})


class Accounts(metaclass=Sealed):
    """The users of this installation."""

    def __init__(
        self,
        store: UserStore,
        hasher: PasswordHasher,
        endings: SessionEndings,
        minimum_password: int = passwords.SHORTEST_PASSWORD,
    ) -> None:
        self._store, self._hasher, self._endings, self._minimum = store, hasher, endings, minimum_password

    async def create(self, name: str, password: str, roles: frozenset[str] = USER) -> User:
        """Store a new account and return it.

        Raises ``InvalidInput`` naming ``username``, ``password`` or ``roles``, and ``Conflict``
        (``name_taken``) when the name exists in any case. Safe to cancel: the account is then either there
        or not.
        """
        name = names.spelled(name)
        objections = names.objection(name), self._objection(password, name), _objection_to_roles(roles)
        wrong = [objection for objection in objections if objection]
        text = passwords.spelled(password)
        if wrong or text is None:
            raise InvalidInput("the account cannot be created", errors=wrong)
        user = User(f"u_{secrets.token_hex(8)}", name, frozenset(roles))
        await self._store.add(user, await self._hasher.hash(text))
        return user

    async def named(self, name: str) -> User:
        """Return the account of this name, in any case; raises ``NotFound``."""
        found = await self._store.by_name(names.spelled(name))
        if found is None:
            raise NotFound("There is no account of this name.")
        return found[0]

    async def change_password(self, user: User, password: str) -> None:
        """Set a new password and end every session that the old one opened.

        Raises ``InvalidInput`` naming ``password``, and ``NotFound``.
        """
        wrong, text = self._objection(password, user.name), passwords.spelled(password)
        if wrong or text is None:
            raise InvalidInput("the password cannot be changed", errors=[wrong] if wrong else ())
        await self._store.set_password(user.id, await self._hasher.hash(text))
        await self._endings.end_all(user.id)

    async def disable(self, user: User) -> None:
        """Let nobody log in to it any more and end its sessions; raises ``NotFound``. Twice is fine."""
        await self._store.set_disabled(user.id, True)
        await self._endings.end_all(user.id)

    async def enable(self, user: User) -> None:
        """Let its owner log in again; raises ``NotFound``. Twice is fine."""
        await self._store.set_disabled(user.id, False)

    async def user(self, user_id: str) -> User | None:
        """Return the account, None for an unknown id."""
        return await self._store.by_id(user_id)

    async def users(self) -> Sequence[User]:
        """Return all accounts by name."""
        return await self._store.users()

    async def count(self) -> int:
        """Return how many accounts there are."""
        return await self._store.count()

    def _objection(self, password: str, name: str) -> FieldError | None:
        return passwords.objection(password, name, self._minimum)


def _objection_to_roles(roles: frozenset[str]) -> FieldError | None:
    if roles and all(role.strip() for role in roles):
        return None
    return FieldError("roles", "must be a set of at least one role name")
