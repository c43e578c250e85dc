"""In-memory stores and fast stand-ins for identity's ports, and one world made of them.

The stores keep to their ports, so what is tested over them holds over the database too.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import anyio.lowlevel

from adapters.alone.limits import MemoryLimits
from services.errors import Conflict, NotFound
from services.events import EventType
from services.identity.accounts import Accounts
from services.identity.codes import OneTimeCodes
from services.identity.names import folded
from services.identity.session_endings import SessionEndings
from services.identity.sessions import Lifetime, Sessions
from services.identity.throttle import LoginThrottle
from services.identity.tickets import Tickets
from services.listeners import Listeners
from services.ports.clock import Clock
from services.ports.identity import PasswordHasher, Session, SessionStore, User, UserStore
from services.ports.metrics import Metrics
from tests.build import build
from tests.fakes import HereNotices, HereValues

PASSWORD = "seven purple lamps"


class HandClock(Clock):
    """A clock that stands still until somebody moves its hands."""

    def __init__(self) -> None:
        self.passed = 0.0

    def now(self) -> datetime:
        return datetime(2026, 11, 21, 8, tzinfo=UTC) + timedelta(seconds=self.passed)

    def monotonic(self) -> float:
        return 1000.0 + self.passed

    def move(self, **by: float) -> None:
        """Let time pass, in the units of ``timedelta``."""
        self.passed += timedelta(**by).total_seconds()


class MemoryUserStore(UserStore):
    """Accounts in a dict by folded name."""

    def __init__(self) -> None:
        self.rows: dict[str, tuple[User, str]] = {}

    async def add(self, user: User, password_hash: str) -> None:
        await anyio.lowlevel.checkpoint()
        if folded(user.name) in self.rows:
            raise Conflict("taken", code="name_taken")
        self.rows[folded(user.name)] = user, password_hash

    async def by_name(self, name: str) -> tuple[User, str] | None:
        name.encode()  # as a database driver does
        await anyio.lowlevel.checkpoint()
        return self.rows.get(folded(name))

    async def by_id(self, user_id: str) -> User | None:
        await anyio.lowlevel.checkpoint()
        return next((user for user, _ in self.rows.values() if user.id == user_id), None)

    async def set_password(self, user_id: str, password_hash: str) -> None:
        for key, (user, _) in self.rows.items():
            if user.id == user_id:
                self.rows[key] = user, password_hash

    async def users(self) -> Sequence[User]:
        return [self.rows[key][0] for key in sorted(self.rows)]

    async def count(self) -> int:
        return len(self.rows)

    async def set_disabled(self, user_id: str, disabled: bool) -> None:
        for key, (user, password_hash) in self.rows.items():
            if user.id == user_id:
                self.rows[key] = replace(user, disabled=disabled), password_hash
                return
        raise NotFound("unknown")

    def disable(self, name: str) -> None:
        """Do it behind the back of the services: nobody is told."""
        user, password_hash = self.rows[folded(name)]
        self.rows[folded(name)] = replace(user, disabled=True), password_hash


class MemorySessionStore(SessionStore):
    """Sessions in a dict by id; ``touches`` counts the writes."""

    def __init__(self) -> None:
        self.rows: dict[str, Session] = {}
        self.touches = 0

    async def add(self, session: Session) -> None:
        await anyio.lowlevel.checkpoint()
        self.rows[session.session_id] = session

    async def by_token_hash(self, token_hash: str) -> Session | None:
        await anyio.lowlevel.checkpoint()
        return next((session for session in self.rows.values() if session.token_hash == token_hash), None)

    async def touch(self, session_id: str, last_used_at: datetime) -> None:
        self.touches += 1
        if session_id in self.rows:
            self.rows[session_id] = replace(self.rows[session_id], last_used_at=last_used_at)

    async def end(self, session_id: str) -> None:
        self.rows.pop(session_id, None)

    async def end_all(self, user_id: str) -> Sequence[str]:
        ended = [each.session_id for each in self.rows.values() if each.user_id == user_id]
        for session_id in ended:
            del self.rows[session_id]
        return ended


class PlainHasher(PasswordHasher):
    """Hashes that can be read; ``checked`` lists what reached it, ``strength`` makes older ones outdated."""

    def __init__(self) -> None:
        self.strength = 1
        self.checked: list[tuple[str, str]] = []
        self.trouble: Exception | None = None
        self.gate: anyio.Event | None = None

    async def hash(self, password: str) -> str:
        password.encode()
        await anyio.lowlevel.checkpoint()
        return f"{self.strength}:{password}"

    async def verify(self, password_hash: str, password: str) -> bool:
        self.checked.append((password_hash, password))
        if self.gate is not None:
            await self.gate.wait()
        if self.trouble is not None:
            raise self.trouble
        await anyio.lowlevel.checkpoint()
        return password_hash.partition(":")[2] == password

    def outdated(self, password_hash: str) -> bool:
        return int(password_hash.partition(":")[0]) < self.strength


class CountingMetrics(Metrics):
    """Keeps what was counted."""

    def __init__(self) -> None:
        self.logins: list[str] = []

    def login(self, outcome: str) -> None:
        self.logins.append(outcome)

    def tool_call(self, tool: str, outcome: str, seconds: float) -> None: ...
    def run_ended(self, status: str, seconds: float) -> None: ...
    def refused(self, reason: str) -> None: ...
    def event_appended(self, event_type: EventType) -> None: ...
    def events_shed(self, count: int) -> None: ...
    def healed(self) -> None: ...
    def reader_lapped(self) -> None: ...
    def resumed(self, outcome: str) -> None: ...
    def run_told(self) -> None: ...
    def run_delivered(self, seconds: float) -> None: ...
    def foreign_access(self) -> None: ...
    def sockets(self, count: int) -> None: ...
    def watch(self, name: str, description: str, read: Callable[[], float | None]) -> None: ...
    def render(self) -> bytes:
        return b""


@dataclass
class World:
    """Everything of identity over in-memory stores."""

    clock: HandClock = field(default_factory=HandClock)
    users: MemoryUserStore = field(default_factory=MemoryUserStore)
    store: MemorySessionStore = field(default_factory=MemorySessionStore)
    hasher: PlainHasher = field(default_factory=PlainHasher)
    metrics: CountingMetrics = field(default_factory=CountingMetrics)

    def __post_init__(self) -> None:
        self.listeners, self.notices = build(Listeners, 10, 100), HereNotices()
        self.limits, self.values = build(MemoryLimits, self.clock), HereValues(self.clock)
        self.endings = build(SessionEndings, self.store, self.listeners, self.notices)
        self.throttle = build(LoginThrottle, self.clock, self.limits, self.values)
        self.accounts = build(Accounts, self.users, self.hasher, self.endings)
        self.sessions = build(
            Sessions,
            self.store,
            self.users,
            self.hasher,
            self.clock,
            self.endings,
            self.throttle,
            self.metrics,
            Lifetime(),
        )
        self.tickets = build(Tickets, self.sessions, self.values, self.limits)
        self.codes = build(OneTimeCodes, self.values)

    async def with_ada(self) -> "World":
        """Return this world with the account Ada, whose password is ``PASSWORD``."""
        await self.accounts.create("Ada", PASSWORD)
        return self
