"""A running web application on a free port, over stand-ins, and clients for it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import anyio
import anyio.lowlevel
import httpx2
import orjson
from fastapi import FastAPI
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from adapters.event_log.memory import LogBounds, MemoryEventLog
from adapters.web.app import WebApplication
from adapters.web.doors import Doors
from adapters.web.server import serve
from adapters.web.sockets.registry import Sockets
from config.limits import Limits
from config.settings import Server
from services.events import EventType, RunEvent
from services.tools.catalog import ToolCatalog
from services.tools.function import tool, tool_from_function
from services.tools.policy import ToolPolicy
from tests.adapters.web.standins import (
    Agents,
    Calls,
    HandClock,
    Listeners,
    Memory,
    People,
    Runs,
    Store,
    metrics,
)
from tests.build import build
from tests.clients import http_client

MakeSite = Callable[..., Awaitable["Site"]]


@dataclass
class Site:
    """Everything a test may touch: ``doors`` and the stand-ins behind it."""

    doors: Doors
    web: WebApplication
    clock: HandClock
    people: People
    listeners: Listeners
    runs: Runs
    calls: Calls
    store: Store
    memory: Memory
    log: MemoryEventLog
    sockets: Sockets
    url: str = ""

    @property
    def origin(self) -> str:
        return self.url

    def let_pass(self, seconds: float) -> None:
        """Move the clock's hands; sockets notice, as they would within a second."""
        self.sockets.tick()
        self.clock.seconds += seconds
        self.sockets.tick()

    def fill_transports(self) -> None:
        """Let no open socket write an event at once: all have to read them."""
        for writer in self.sockets._writers:
            writer._offer = _takes_nothing

    def http(self, token: str | None = None, **headers: str) -> httpx2.AsyncClient:
        """Return a client; ``token`` goes as Bearer."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        if token:
            given["authorization"] = f"Bearer {token}"
        return http_client(self.url, headers=given)

    def cookie(self, token: str, **headers: str) -> httpx2.AsyncClient:
        """Return a client that a browser would be: cookie and Origin."""
        return self.http(None, cookie=f"soledoor={token}", **{"origin": self.origin, **headers})

    def ws(self, token: str | None = "token-ada", query: str = "", **options: Any) -> connect:
        """Return a socket to be entered; ``token`` goes as Bearer."""
        headers = dict(options.pop("headers", {}))
        if token:
            headers["Authorization"] = f"Bearer {token}"
        url = self.url.replace("http", "ws", 1) + "/ws" + query
        return connect(
            url, additional_headers=headers, proxy=None, open_timeout=20, ping_interval=None, **options
        )

    async def append(
        self, user_id: str = "u-ada", count: int = 1, run_id: str = "r1", text: str = "x"
    ) -> None:
        """Append events to a user's log."""
        last = await self.log.last_run_seq(user_id, run_id)
        for number in range(last + 1, last + 1 + count):
            await self.log.append(
                RunEvent(
                    EventType.AGENT_THINKING, user_id, run_id, "t1", "assistant", "2036-11-20T18:00:00+00:00",
                    number,
                    {"reasoning": text, "step_number": number, "progress_percentage": None,
                     "status": "thinking"},
                )
            )  # fmt: skip


def _takes_nothing(text: bytes) -> bool:
    return False


async def receive(socket: ClientConnection) -> dict[str, Any]:
    """Return the next message."""
    with anyio.fail_after(20):
        message: dict[str, Any] = orjson.loads(await socket.recv())
    return message


async def send(socket: ClientConnection, **message: Any) -> None:
    """Send a message."""
    await socket.send(orjson.dumps(message).decode())


async def the_end(socket: ClientConnection) -> int | None:
    """Read whatever comes until the close; return its code."""
    with anyio.fail_after(20), suppress(ConnectionClosed):
        while True:
            await socket.recv()
    return socket.close_code


async def close_code(socket: ClientConnection) -> int | None:
    """Wait for the close and return its code."""
    with anyio.fail_after(20):
        await socket.wait_closed()
    return socket.close_code


async def eventually(holds: Callable[[], object]) -> None:
    """Let the others run until it holds."""
    with anyio.fail_after(20):
        while not holds():
            await anyio.lowlevel.checkpoint()


def build_site(folder: Path, limits: dict[str, Any] | None = None, **server: Any) -> Site:
    """Build the application over stand-ins."""
    clock, runs, calls, memory, store = HandClock(), Runs(), Calls(), Memory(), Store(folder)
    bounds = Limits(**(limits or {}))
    listeners = Listeners(bounds.sockets_per_user)
    people = People(clock, listeners)
    log = build(MemoryEventLog, clock, LogBounds(bounds.ring_events, bounds.ring_bytes, bounds.kept_seconds))
    sockets = build(Sockets, clock, bounds)
    given: dict[str, Any] = {
        "sessions": people,
        "accounts": people,
        "tickets": SimpleNamespace(issue=people.issue, redeem=people.redeem_ticket),
        "codes": SimpleNamespace(redeem=people.redeem_code),
        "runs": runs,
        "states": runs,
        "deliveries": runs,
        "calls": calls,
        "catalog": build(ToolCatalog, [SimpleNamespace(tools=_tools)]),
        "policy": build(ToolPolicy, open_unlisted=True),
        "agents": Agents(),
        "run_store": store,
        "call_store": store,
        "files": store,
        "log": log,
        "listeners": listeners,
        "sockets": sockets,
        "memory": memory,
        "metrics": metrics(),
        "clock": clock,
        "checks": {},
        "hurry": lambda seconds: None,
        "server": Server(port=0, **server),
        "limits": bounds,
    }
    doors = Doors(**given)
    return Site(
        doors,
        build(WebApplication, doors),
        clock,
        people,
        listeners,
        runs,
        calls,
        store,
        memory,
        log,
        sockets,
    )


@asynccontextmanager
async def serving(site: Site) -> AsyncIterator[Site]:
    """Serve the site on a port of its own until the block ends."""
    async with site.sockets, listening(site.web.asgi) as site.url:
        yield site


@asynccontextmanager
async def listening(asgi: FastAPI) -> AsyncIterator[str]:
    """Serve an application on a free port; give its address."""
    ready, stop, url = anyio.Event(), anyio.Event(), ""

    async def note(address: str) -> None:
        nonlocal url
        url = address
        ready.set()

    async def run() -> None:
        await serve(asgi, note, stop=stop)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(run)
        with anyio.fail_after(20):
            await ready.wait()
        try:
            yield url
        finally:
            stop.set()


class Relay:
    """One server for many sites, one after the other, since starting uvicorn takes a while."""

    def __init__(self, doors: Doors) -> None:
        self.state = SimpleNamespace(door=doors)
        self.target: Any = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.target(scope, receive, send)


def _tools() -> list[Any]:
    def calculate(expression: str) -> str:
        """Calculate."""
        return expression

    @tool(admin=True)
    def system_status() -> str:
        """Tell how the system is."""
        return "fine"

    return [tool_from_function(calculate), tool_from_function(system_status)]
