"""Ports: who users are, which sessions they have, and how passwords are checked."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class User:
    """An account. ``name`` is what people type; ``id`` is what everything else refers to."""

    id: str
    name: str
    roles: frozenset[str]
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class Session:
    """A login. Only the SHA-256 of its token is kept. Times are UTC."""

    session_id: str
    user_id: str
    token_hash: str
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime


class UserStore(ABC):
    """Accounts. Names are compared case-insensitively. Each method is one transaction."""

    @abstractmethod
    async def add(self, user: User, password_hash: str) -> None:
        """Store a new account; raises ``Conflict`` (code ``name_taken``) when the name exists."""

    @abstractmethod
    async def by_name(self, name: str) -> tuple[User, str] | None:
        """Return the account and its password hash."""

    @abstractmethod
    async def by_id(self, user_id: str) -> User | None:
        """Return the account."""

    @abstractmethod
    async def set_password(self, user_id: str, password_hash: str) -> None:
        """Replace the password hash."""

    @abstractmethod
    async def set_disabled(self, user_id: str, disabled: bool) -> None:
        """Let the account log in no more, or again; raises ``NotFound``."""

    @abstractmethod
    async def users(self) -> Sequence[User]:
        """Return all accounts by name."""

    @abstractmethod
    async def count(self) -> int:
        """Return how many accounts there are."""


class SessionStore(ABC):
    """Sessions, found by the hash of their token. Each method is one transaction."""

    @abstractmethod
    async def add(self, session: Session) -> None:
        """Store a new session."""

    @abstractmethod
    async def by_token_hash(self, token_hash: str) -> Session | None:
        """Return the session, also an expired one: judging is the caller's."""

    @abstractmethod
    async def touch(self, session_id: str, last_used_at: datetime) -> None:
        """Note a use; an unknown id changes nothing."""

    @abstractmethod
    async def end(self, session_id: str) -> None:
        """Delete one session; may be called twice."""

    @abstractmethod
    async def end_all(self, user_id: str) -> Sequence[str]:
        """Delete every session of a user; return their ids."""


class PasswordHasher(ABC):
    """Slow hashing in its own few threads, so that many logins never freeze the loop."""

    @abstractmethod
    async def hash(self, password: str) -> str:
        """Return a self-describing hash."""

    @abstractmethod
    async def verify(self, password_hash: str, password: str) -> bool:
        """Return whether the password fits; a malformed hash fits nothing."""

    @abstractmethod
    def outdated(self, password_hash: str) -> bool:
        """Return whether the hash was made with weaker parameters than today's."""
