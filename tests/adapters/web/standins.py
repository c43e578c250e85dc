"""Small stand-ins for the services behind the web layer, with the refusals that the real ones have."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from services.errors import AuthenticationError, InvalidInput, NotFound, TooMuch, Unavailable
from services.identity.sessions import Identity, Login
from services.intake import Accepted, RunRequest
from services.ports.calls import CallRecord
from services.ports.clock import Clock
from services.ports.events import Place
from services.ports.files import StoredFile
from services.ports.identity import User
from services.ports.runs import Page, Run, RunStatus, StoredMessage, Thread
from services.tools.result import ToolError, ToolExecutionResult
from tests.fakes import pieces

START = datetime(2036, 11, 20, 18, tzinfo=UTC)
ADA = User("u-ada", "ada", frozenset({"user"}))
BOB = User("u-bob", "bob", frozenset({"user"}))
ROOT = User("u-root", "root", frozenset({"user", "admin"}))


class HandClock(Clock):
    """A clock whose hands the test moves."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        return START + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return 1000.0 + self.seconds


@dataclass(eq=False)
class Seated:
    user_id: str
    session_id: str
    close: Callable[[int, str], None]


class Listeners:
    def __init__(self, per_user: int = 10, total: int = 100) -> None:
        self.per_user, self.total = per_user, total
        self.seated: list[Seated] = []

    def add(self, user_id: str, session_id: str, close: Callable[[int, str], None]) -> Seated:
        mine = [seat for seat in self.seated if seat.user_id == user_id]
        if len(mine) >= self.per_user:
            mine[0].close(4503, "too many sockets")
            self.remove(mine[0])
        if len(self.seated) >= self.total:
            raise TooMuch("Too many sockets.", code="too_many_sockets", retry_after_s=7)
        self.seated.append(seat := Seated(user_id, session_id, close))
        return seat

    def remove(self, listener: Seated) -> None:
        self.seated = [seat for seat in self.seated if seat is not listener]

    def close_session(self, session_id: str) -> None:
        for seat in [seat for seat in self.seated if seat.session_id == session_id]:
            seat.close(4401, "session ended")


class People:
    """Sessions, accounts, tickets and codes over one table of tokens: ``token-ada`` and so on."""

    def __init__(self, clock: HandClock, listeners: Listeners) -> None:
        self.clock, self.listeners = clock, listeners
        self.tokens: dict[str, Identity] = {}
        self.handed: dict[str, Identity] = {}
        self.one_time: dict[tuple[str, str], str] = {}
        self.known = {user.id: user for user in (ADA, BOB, ROOT)}
        self.logins = 0
        for user in self.known.values():
            self.open(user, f"token-{user.name}")
        self.open(ADA, "token-expired", seconds=-1)

    def open(self, user: User, token: str, seconds: float = 3600) -> Login:
        expires = self.clock.now() + timedelta(seconds=seconds)
        self.tokens[token] = Identity(user, f"s-{token}", expires)
        return Login(token, expires, user, f"s-{token}")

    async def open_for(self, user: User) -> Login:
        self.logins += 1
        return self.open(user, f"token-{user.name}-{self.logins}")

    async def login(self, name: str, password: str, address: str) -> Login:
        if name == "guessed":
            raise TooMuch("Too many attempts.", code="throttled", retry_after_s=12.3)
        user = next((user for user in self.known.values() if user.name == name), None)
        if user is None or password != "right password":
            raise AuthenticationError("The name or the password is wrong.")
        return await self.open_for(user)

    async def authenticate(self, token: str) -> Identity:
        identity = self.tokens.get(token)
        if identity is None or identity.expires_at <= self.clock.now():
            raise AuthenticationError("The session has ended.")
        return identity

    async def logout(self, session_id: str) -> None:
        self.tokens = {token: who for token, who in self.tokens.items() if who.session_id != session_id}
        self.listeners.close_session(session_id)

    async def issue(self, identity: Identity) -> str:
        ticket = f"ticket-{len(self.handed)}"
        self.handed[ticket] = identity
        return ticket

    async def redeem_ticket(self, ticket: str) -> Identity:
        if ticket not in self.handed:
            raise AuthenticationError("The ticket is used up or unknown.")
        return self.handed.pop(ticket)

    async def redeem_code(self, purpose: str, code: str) -> str:
        try:
            return self.one_time.pop((purpose, code))
        except KeyError:
            raise AuthenticationError("The code is used up or unknown.") from None

    async def user(self, user_id: str) -> User | None:
        return self.known.get(user_id)

    async def count(self) -> int:
        return len(self.known)

    async def create(self, name: str, password: str, roles: frozenset[str]) -> User:
        user = User(f"u-{name}", name, roles)
        self.known[user.id] = user
        return user


class Runs:
    """Runs, their states, deliveries: remembers what it was asked; raises ``refuse`` where that is set."""

    def __init__(self) -> None:
        self.requests: list[tuple[User, RunRequest, str | None]] = []
        self.cancelled: list[str] = []
        self.refuse: Exception | None = None
        self.draining = False
        self.states: list[dict[str, Any]] = []
        self.arrived: list[tuple[str, Place]] = []
        self.windows: list[dict[str, Any]] = []
        self.on_start: Callable[[], Any] | None = None
        self.on_state: Callable[[], Any] | None = None

    async def start(self, user: User, request: RunRequest, connection_id: str | None = None) -> Accepted:
        if self.on_start is not None:
            await self.on_start()
        if self.refuse is not None:
            raise self.refuse
        if request.thread_id not in (None, f"t-{user.name}"):
            raise NotFound("There is no such thread.")
        self.requests.append((user, request, connection_id))
        return Accepted(request.message_id, f"r-{request.message_id}", request.thread_id or "t-new")

    async def cancel(self, user_id: str, run_id: str) -> None:
        if run_id != user_id.replace("u-", "r-"):
            raise NotFound("There is no such run.")
        self.cancelled.append(run_id)

    async def state(self, user_id: str) -> list[dict[str, Any]]:
        if self.on_state is not None:
            await self.on_state()
        return list(self.states)

    async def window(self, user_id: str) -> list[dict[str, Any]]:
        return list(self.windows)

    def acknowledged(self, user_id: str, place: Place) -> None:
        self.arrived.append((user_id, place))

    async def drain(self, seconds: float) -> None:
        self.draining = True


class Store:
    """Threads, runs, calls and files: each user has one of each, named after them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.uploads: list[tuple[StoredFile, str]] = []
        self.pages: list[tuple[int, str | None]] = []

    async def create_thread(self, user_id: str, thread_id: str, title: str) -> Thread:
        return Thread(thread_id, title, START)

    async def threads(self, user_id: str, limit: int, cursor: str | None) -> Page[Thread]:
        if cursor not in (None, "more"):
            raise InvalidInput("The cursor was not given out here.", code="invalid_input")
        self.pages.append((limit, cursor))
        return Page([Thread(user_id.replace("u-", "t-"), "Hello", START)], "more")

    async def messages(
        self, user_id: str, thread_id: str, limit: int, cursor: str | None
    ) -> Page[StoredMessage]:
        _mine(user_id, thread_id, "t-")
        return Page([StoredMessage("m-1", "user", "Hi", None, START)], None)

    async def run(self, user_id: str, run_id: str) -> Run:
        _mine(user_id, run_id, "r-")
        return Run(run_id, user_id, "t-1", "m-1", RunStatus.RUNNING, START, started_at=START)

    async def call(self, user_id: str, run_id: str, call_id: str) -> CallRecord:
        _mine(user_id, run_id, "r-")
        _mine(user_id, call_id, "c-")
        return CallRecord(call_id, run_id, user_id, "calculate", {"a": 1}, "1", None, "completed", 1.5, START)

    async def put(
        self, user_id: str, name: str, media_type: str, content: AsyncIterator[bytes], max_bytes: int
    ) -> StoredFile:
        if "/" in name:
            raise InvalidInput("The file cannot be stored.", errors=())
        data = b"".join([chunk async for chunk in content])
        stored = StoredFile(user_id.replace("u-", "f-"), name, media_type, len(data), START)
        (self.folder / stored.file_id).write_bytes(data)
        self.uploads.append((stored, user_id))
        return stored

    async def files(self, user_id: str) -> Sequence[StoredFile]:
        return [stored for stored, owner in self.uploads if owner == user_id]

    async def file(self, user_id: str, file_id: str) -> StoredFile:
        _mine(user_id, file_id, "f-")
        return StoredFile(file_id, "sales é.csv", "text/csv", 3, START)

    async def content(self, user_id: str, file_id: str) -> AsyncGenerator[bytes, None]:
        path = self.folder / file_id
        if not path.exists():
            path.write_bytes(b"a,b")
        return pieces(path)

    async def delete(self, user_id: str, file_id: str) -> None:
        _mine(user_id, file_id, "f-")


def _mine(user_id: str, handle: str, prefix: str) -> None:
    if handle != user_id.replace("u-", prefix):
        raise NotFound("There is nothing here under that id.")


@dataclass
class Calls:
    """Direct calls; ``error`` is the result's error, ``refuse`` is raised."""

    error: ToolError | None = None
    refuse: Exception | None = None
    asked: list[tuple[str, dict[str, Any], str | None]] = field(default_factory=list)

    async def call(
        self, user: User, tool_name: str, arguments: dict[str, Any], idempotency_key: str | None = None
    ) -> ToolExecutionResult:
        if self.refuse is not None:
            raise self.refuse
        self.asked.append((tool_name, arguments, idempotency_key))
        good = ToolExecutionResult(True, tool_name, "c1", {"n": 1}, None, 1.0, user.id, "r1")
        return good if self.error is None else replace(good, success=False, result=None, error=self.error)


class Memory:
    critical = False

    def refuse_when_critical(self) -> None:
        if self.critical:
            raise Unavailable("Short of memory.", code="overloaded", retry_after_s=5)


class Agents:
    def names(self) -> dict[str, str]:
        return {"assistant": "general"}


def metrics() -> Any:
    return SimpleNamespace(
        refused=lambda reason: None,
        sockets=lambda count: None,
        resumed=lambda outcome: None,
        reader_lapped=lambda: None,
        render=lambda: b"soledoor_up 1\n",
    )
