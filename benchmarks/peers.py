"""The servers that ``sockets`` and ``latency`` measure, each in a process of its own: the real application,
and bare uvicorn + Starlette.

``python -m benchmarks.peers soledoor|bare`` prints its address, then answers each JSON line on standard input
with one on standard output. Both run on uvloop.
"""

import gc
import json
import os
import signal
import sys
import time
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
import uvicorn
from dependency_injector import providers
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute

from adapters.web.server import serve
from benchmarks.call import BIG, settings_for
from benchmarks.emitting import FILL, LONG, Bare, Emit, Peer, Soledoor
from benchmarks.measuring import calibrator
from config.logs import configure_logs
from config.settings import Server, Settings
from containers.bootstrap import Application, application_for_tests, running
from services.ports.identity import PasswordHasher


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
        case {"do": "stuff", "first": first, "count": count, "times": times}:
            await stuff(await peer.emitter("log"), range(first, first + count), times)
            return None
        case {"do": "pace beside", "neighbours": neighbours, "others": others, "events": events, "gap": gap}:
            emit = await peer.emitter("log")
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(tell, emit, range(neighbours, neighbours + others), events, gap)
                await pace(emit, neighbours, events, gap)
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


async def stuff(emit: Emit, numbers: range, times: int) -> None:
    """Send each of these ``times`` long events, those of one time at once."""

    async def one(number: int) -> None:
        await emit(number, LONG)

    for _ in range(times):
        async with anyio.create_task_group() as tasks:
            for number in numbers:
                tasks.start_soon(one, number)


async def tell(emit: Emit, numbers: range, events: int, gap: float) -> None:
    """Send single long events to these in turn."""
    for event in range(events):
        await anyio.sleep(gap)
        await emit(numbers[event % len(numbers)], LONG)


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
    """Return settings as in production, but for the bounds that a benchmark would hit; events are kept in
    memory, as the bare server keeps none.
    """
    ours = settings_for(str(directory))
    limits = ours.limits.model_copy(update={"live_dispatchers": BIG, "send_timeout": 3600})
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
