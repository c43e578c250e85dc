"""Sessions: who is logged in, for how long, and how they came in.

A token is 256 random bits; only its SHA-256 is kept. A session ends when it was not used for the idle time,
and in any case at the end of its lifetime.
"""

import hashlib
import secrets
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog

from services.errors import AuthenticationError, TooMuch
from services.identity import names, passwords
from services.identity.session_endings import SessionEndings
from services.identity.throttle import LoginThrottle
from services.ports.clock import Clock
from services.ports.identity import PasswordHasher, Session, SessionStore, User, UserStore
from services.ports.metrics import Metrics
from services.sealed import Sealed

log = structlog.get_logger(__name__)

TOKEN_PREFIX = "sd_"  # noqa: S105 - how a token is recognised, not one
TOUCH_EVERY = timedelta(minutes=1)
LONGEST_TOKEN = 256
WRONG = "The user name or the password is wrong."
NOBODY = "You are not logged in."


@dataclass(frozen=True, slots=True)
class Lifetime:
    """How long a session may be unused, and how long it may last."""

    idle: timedelta = timedelta(hours=12)
    absolute: timedelta = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Login:
    """A new session. ``token`` is shown this once; it is valid until ``expires_at``, longer when used."""

    token: str = field(repr=False)
    expires_at: datetime
    user: User
    session_id: str


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a token stands for, as things are now; ``expires_at`` moves on when the token is used."""

    user: User
    session_id: str
    expires_at: datetime
    token_hash: str = field(default="", repr=False)


class Sessions(metaclass=Sealed):
    """Opens, recognises and ends sessions."""

    def __init__(
        self,
        store: SessionStore,
        users: UserStore,
        hasher: PasswordHasher,
        clock: Clock,
        endings: SessionEndings,
        throttle: LoginThrottle,
        metrics: Metrics,
        lifetime: Lifetime,
    ) -> None:
        self._store, self._users, self._hasher, self._clock = store, users, hasher, clock
        self._endings, self._throttle, self._metrics, self._lifetime = endings, throttle, metrics, lifetime
        self._decoy: str | None = None

    async def login(self, name: str, password: str, address: str) -> Login:
        """Return a new session for the right password.

        Raises ``AuthenticationError``, the same for an unknown name, a wrong password and a disabled
        account, after the same work; and ``TooMuch`` (``throttled``) before any. A hash of outdated
        strength is renewed.
        """
        name = names.spelled(name[: names.LONGEST_NAME * 2])
        try:
            async with self._throttle.guess(name, address) as attempt:
                user = await self._owner(name, password)
                if user is not None:
                    attempt.succeeded()
        except TooMuch:
            self._metrics.login("throttled")
            raise
        if user is None:
            self._metrics.login("failed")
            log.info("login_failed", address=address)
            raise AuthenticationError(WRONG)
        self._metrics.login("ok")
        return await self.open_for(user)

    async def _owner(self, name: str, password: str) -> User | None:
        if self._decoy is None:  # made for known and unknown names alike, so that its cost tells nothing
            self._decoy = await self._hasher.hash(secrets.token_hex())
        found = None if names.objection(name) else await self._users.by_name(name)
        user, password_hash = found or (None, self._decoy)
        text = passwords.spelled(password)
        fits = await self._hasher.verify(password_hash, "" if text is None else text)
        if user is None or user.disabled or text is None or not fits:
            return None
        if self._hasher.outdated(password_hash):
            await self._users.set_password(user.id, await self._hasher.hash(text))
        return user

    async def open_for(self, user: User) -> Login:
        """Return a new session of a user who has shown in another way who they are."""
        token, now = TOKEN_PREFIX + secrets.token_urlsafe(32), self._clock.now()
        session = Session(
            session_id=f"s_{secrets.token_hex(16)}",
            user_id=user.id,
            token_hash=_hash(token),
            created_at=now,
            last_used_at=now,
            expires_at=now + self._lifetime.absolute,
        )
        await self._store.add(session)
        return Login(token, self._end_of(session), user, session.session_id)

    async def authenticate(self, token: str) -> Identity:
        """Return who this token stands for and note the use, at most once a minute.

        Raises ``AuthenticationError`` for a token that is unknown, ended or expired, and for a disabled
        account.
        """
        if not token.startswith(TOKEN_PREFIX) or len(token) > LONGEST_TOKEN:
            raise AuthenticationError(NOBODY)
        return await self.recognise(_hash(token))

    async def recognise(self, token_hash: str) -> Identity:
        """Do what ``authenticate`` does, for those who kept the hash of a token only."""
        session = await self._store.by_token_hash(token_hash)
        if session is None:
            raise AuthenticationError(NOBODY)
        now = self._clock.now()
        if now >= self._end_of(session):
            await self.logout(session.session_id)
            raise AuthenticationError(NOBODY)
        user = await self._users.by_id(session.user_id)
        if user is None or user.disabled:
            await self.logout(session.session_id)
            raise AuthenticationError(NOBODY)
        return Identity(user, session.session_id, self._end_of(await self._touched(session, now)), token_hash)

    async def logout(self, session_id: str) -> None:
        """End a session and close its connections, here at once and elsewhere soon. Twice is fine."""
        await self._endings.end(session_id)

    async def end_all(self, user_id: str) -> None:
        """End every session of a user and close their connections, here at once and elsewhere soon."""
        await self._endings.end_all(user_id)

    async def _touched(self, session: Session, now: datetime) -> Session:
        if now - session.last_used_at < TOUCH_EVERY:
            return session
        await self._store.touch(session.session_id, now)
        return replace(session, last_used_at=now)

    def _end_of(self, session: Session) -> datetime:
        return min(session.expires_at, session.last_used_at + self._lifetime.idle)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
