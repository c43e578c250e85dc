"""How passwords are hashed: argon2id, in two threads of its own, so that many logins freeze nothing else."""

import argon2
from anyio import CapacityLimiter, to_thread
from argon2.exceptions import InvalidHashError, VerificationError

from config.settings import Auth
from services.errors import Unavailable
from services.ports.identity import PasswordHasher
from services.sealed import Sealed

THREADS = 2
MOST_WAITING = 4096
"""Beyond this a login would wait for minutes."""


class Argon2Hasher(PasswordHasher, metaclass=Sealed):
    """Argon2id with the strength that the settings name; hashing and checking take tens of milliseconds.

    When cancelled, a call ends once its thread is done, so that those who hang up gain nothing. Raises
    ``Unavailable`` (``overloaded``) when too many wait.
    """

    def __init__(self, auth: Auth) -> None:
        self._argon2 = argon2.PasswordHasher(
            time_cost=auth.hash_iterations, memory_cost=auth.hash_memory_kib, parallelism=1
        )
        self._limiter = CapacityLimiter(THREADS)

    async def hash(self, password: str) -> str:
        """Return an encoded argon2id hash with a salt of its own."""
        self._refuse_crowd()
        return await to_thread.run_sync(self._argon2.hash, password, limiter=self._limiter)

    async def verify(self, password_hash: str, password: str) -> bool:
        """Return whether the password fits."""
        self._refuse_crowd()
        return await to_thread.run_sync(self._fits, password_hash, password, limiter=self._limiter)

    def outdated(self, password_hash: str) -> bool:
        """Return whether the hash is of other strength than today's; a malformed one is."""
        try:
            return self._argon2.check_needs_rehash(password_hash)
        except InvalidHashError:
            return True

    def _fits(self, password_hash: str, password: str) -> bool:
        try:
            return self._argon2.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False

    def _refuse_crowd(self) -> None:
        if self._limiter.statistics().tasks_waiting >= MOST_WAITING:
            raise Unavailable("too many logins at once", code="overloaded", retry_after_s=5.0)
