"""The servers that ``sockets`` and ``latency`` measure, each in a process of its own: the real application,
and bare uvicorn + Starlette.

``python -m benchmarks.peers soledoor|bare`` prints its address, then answers each JSON line on standard input
with one on standard output. Both run on uvloop; an event is made and encoded anew for every socket.
"""

import gc
import json
import os
import signal
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
import orjson
import uvicorn
from dependency_injector import providers
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from adapters.web.server import serve
from benchmarks.call import BIG, settings_for
from benchmarks.measuring import calibrator
from config.logs import configure_logs
from config.settings import Server, Settings
from containers.bootstrap import Application, application_for_tests, running
from services.context import UserExecutionContext
from services.events import EventType, RunEvent
from services.ports.identity import PasswordHasher

MOMENT = "2036-11-20T18:00:00.123456+00:00"
FILL = "so the total of the three rows has to be compared with what the file says about them, "

Emit = Callable[[int, str], Awaitable[object]]
"""Send one event with this text to the user of that number."""


class Peer(ABC):
    """What a server offers to the benchmark, beside its sockets."""

    @abstractmethod
    async def users(self, count: int) -> list[str]:
        """Make that many users; return a token of each."""

    @abstractmethod
    async def emitter(self, way: str) -> Emit:
        """Return how events are sent."""


class PlainHasher(PasswordHasher):
    """Nobody logs in here, and argon2 would take a minute for two thousand accounts."""

    async def hash(self, password: str) -> str:
        """Return no hash at all."""
        return "-"

    async def verify(self, password_hash: str, password: str) -> bool:
        """Refuse everybody."""
        return False

    def outdated(self, password_hash: str) -> bool:
        """Nothing to renew."""
        return False


class Soledoor(Peer):
    """The application: events through a request's bridge, or straight into the log."""

    def __init__(self, application: Application, requests: AsyncExitStack) -> None:
        self._application, self._requests = application, requests
        self._emitters: dict[str, Emit] = {}

    async def users(self, count: int) -> list[str]:
        """Make accounts and log them in."""
        accounts, sessions = self._application.accounts, self._application.sessions
        made = [await accounts.create(f"bench{number}", "correct horse battery") for number in range(count)]
        return [(await sessions.open_for(user)).token for user in made]

    async def emitter(self, way: str) -> Emit:
        """Return one for ``log`` or ``bridge``."""
        if way not in self._emitters:
            found = {user.name: user.id for user in await self._application.accounts.users()}
            ids = [found[f"bench{number}"] for number in range(len(found))]
            self._emitters[way] = await self._bridge(ids) if way == "bridge" else self._log(ids)
        return self._emitters[way]

    def _log(self, ids: list[str]) -> Emit:
        log, last = self._application.log, [0] * len(ids)

        async def emit(number: int, text: str) -> None:
            last[number] += 1
            payload = {
                "reasoning": text,
                "step_number": None,
                "progress_percentage": None,
                "status": "thinking",
            }
            await log.append(
                RunEvent(
                    EventType.AGENT_THINKING,
                    ids[number],
                    "r-log",
                    "t-1",
                    "assistant",
                    MOMENT,
                    last[number],
                    payload,
                )
            )

        return emit

    async def _bridge(self, ids: list[str]) -> Emit:
        bridges = []
        for user_id in ids:
            context = UserExecutionContext(user_id, "t-1", "r-bridge")
            request = await self._requests.enter_async_context(self._application.open_request(context))
            await request.bridge.notify_agent_started("r-bridge", "assistant")
            bridges.append(request.bridge)

        def emit(number: int, text: str) -> Awaitable[bool]:
            return bridges[number].notify_agent_thinking("r-bridge", "assistant", text)

        return emit


class Bare(Peer):
    """A handler that accepts and reads, and a send to each."""

    def __init__(self) -> None:
        self.sockets: list[WebSocket] = []

    async def users(self, count: int) -> list[str]:
        """Need none."""
        return ["none"] * count

    async def emitter(self, way: str) -> Emit:
        """Return the one there is."""
        sequence = 0

        async def emit(number: int, text: str) -> None:
            nonlocal sequence
            sequence += 1
            event = {
                "type": "agent_thinking",
                "run_id": "r-log",
                "thread_id": "t-1",
                "agent_name": "assistant",
                "user_id": "u_0123456789abcdef",
                "timestamp": MOMENT,
                "seq": sequence,
                "epoch": "k3v9abcd",
                "run_seq": sequence,
                "payload": {
                    "reasoning": text,
                    "step_number": None,
                    "progress_percentage": None,
                    "status": "thinking",
                },
            }
            await self.sockets[number].send_text(orjson.dumps(event).decode())

        return emit

    async def handle(self, websocket: WebSocket) -> None:
        """Serve one socket."""
        await websocket.accept()
        self.sockets.append(websocket)
        try:
            while True:
                await websocket.receive_text()
        except WebSocketDisconnect:
            pass


async def answer(peer: Peer, wanted: dict[str, Any]) -> object:
    """Do what the benchmark asks for."""
    match wanted:
        case {"do": "users", "count": count}:
            return await peer.users(count)
        case {"do": "rest"}:
            gc.collect()
            return resident()
        case {"do": "cpu"}:
            return time.process_time()
        case {"do": "calibrate"}:
            began = time.thread_time()
            for _ in range(200):
                calibrator()
            return (time.thread_time() - began) / 200 * 1e6
        case {"do": "fan out", "way": way, "sockets": sockets, "times": times}:
            await fan_out(await peer.emitter(way), sockets, times)
            return None
        case {"do": "pace", "way": way, "sockets": sockets, "events": events, "gap": gap}:
            await pace(await peer.emitter(way), sockets, events, gap)
            return None
    raise ValueError(f"unknown command: {wanted}")


def resident() -> int:
    """Return the bytes of memory that this process holds."""
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


async def fan_out(emit: Emit, sockets: int, times: int) -> None:
    """Send each of them ``times`` events, one in every turn of the loop."""
    for _ in range(times):
        for number in range(sockets):
            await emit(number, FILL)
        await anyio.lowlevel.checkpoint()


async def pace(emit: Emit, sockets: int, events: int, gap: float) -> None:
    """Send single events, each with the moment it was made."""
    for event in range(events):
        await anyio.sleep(gap)
        await emit(event * 7 % sockets, f"at={time.monotonic_ns()} {FILL}")


@asynccontextmanager
async def soledoor(directory: Path) -> AsyncGenerator[tuple[str, Peer], None]:
    """Serve the application."""
    with application_for_tests(settings(directory)) as container:
        container.hasher.override(providers.Object(PlainHasher()))
        configure_logs(container.settings().logs, ())
        async with (
            running(container) as application,
            anyio.create_task_group() as tasks,
            AsyncExitStack() as requests,
        ):
            where = await tasks.start(_serve, application)
            yield where, Soledoor(application, requests)
            signal.raise_signal(signal.SIGTERM)


def settings(directory: Path) -> Settings:
    """Return settings as in production, but for the bounds that a benchmark would hit."""
    ours = settings_for(str(directory))
    limits = ours.limits.model_copy(update={"live_dispatchers": BIG})
    return ours.model_copy(update={"server": Server(port=0), "limits": limits})


async def _serve(application: Application, *, task_status: Any) -> None:
    async def ready(url: str) -> None:
        task_status.started(url)

    await serve(application.asgi, ready)


@asynccontextmanager
async def bare(directory: Path) -> AsyncGenerator[tuple[str, Peer], None]:
    """Serve the bare handler, with uvicorn's settings as the application has them."""
    peer = Bare()
    config = uvicorn.Config(
        Starlette(routes=[WebSocketRoute("/ws", peer.handle)]),
        port=0,
        http="httptools",
        ws="websockets-sansio",
        lifespan="off",
        ws_per_message_deflate=False,
        access_log=False,
        log_config=None,
        log_level="warning",
    )
    server = uvicorn.Server(config)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(server.serve)
        while not server.started:
            await anyio.lowlevel.checkpoint()
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}", peer
        server.should_exit = server.force_exit = True


async def main(name: str, directory: Path) -> None:
    """Serve until standard input ends."""
    async with (soledoor if name == "soledoor" else bare)(directory) as (url, peer):
        print(json.dumps(url), flush=True)
        async for line in anyio.wrap_file(sys.stdin):
            print(json.dumps(await answer(peer, json.loads(line))), flush=True)


if __name__ == "__main__":
    anyio.run(main, sys.argv[1], Path(sys.argv[2]), backend_options={"use_uvloop": True})
