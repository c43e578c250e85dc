"""How the application is served and stopped: one uvicorn, configured here, on a socket of our own.

On SIGTERM or SIGINT the order is: not ready and no newcomers, running work ends, sockets are sent away in
batches, uvicorn stops. All of it, and what is closed afterwards, fits into ``server.drain_seconds``, also
when the database is locked or silent; a second signal ends the wait. uvicorn runs on asyncio only and is
awaited like any coroutine.
"""

import signal
import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, nullcontext

import anyio
import structlog
import uvicorn
from fastapi import FastAPI

from adapters.web.addresses import WILDCARDS
from adapters.web.collecting import seldom_collecting
from adapters.web.doors import Doors
from adapters.web.protocol import SocketProtocol
from services.errors import SoledoorError

BACKLOG = 2048
FOR_RUNS, FOR_SOCKETS, FOR_SERVER, FOR_CLOSING = 0.5, 0.25, 0.1, 0.15
"""How ``server.drain_seconds`` is shared out; the last is for what is closed after the server."""

Ready = Callable[[str], Awaitable[object]]

log = structlog.stdlib.get_logger(__name__)


class AddressUnavailable(SoledoorError):
    """The server cannot listen where it should; the text says why and what to do."""

    def __init__(self, host: str, port: int, reason: str) -> None:
        self.host, self.port, self.reason = host, port, reason
        super().__init__(host, port, reason)

    def __str__(self) -> str:
        cure = "choose another host or port; port 0 takes a free one"
        return f"cannot listen on {self.host} port {self.port}: {self.reason}; {cure}"


def listen(host: str, port: int) -> socket.socket:
    """Bind and return a listening socket, to be closed by the caller; raises ``AddressUnavailable``."""
    try:
        found = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError:
        raise AddressUnavailable(host, port, "there is no such host") from None
    family, _, _, _, address = found[0]
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise AddressUnavailable(host, port, (error.strerror or "not possible").lower()) from None
    return listener


def address(host: str, listener: socket.socket) -> str:
    """Return where a browser on this machine finds the server; a wildcard is no address."""
    name = f"[{host}]" if ":" in host else host
    if host in WILDCARDS:
        name = "[::1]" if listener.family == socket.AF_INET6 else "127.0.0.1"
    return f"http://{name}:{listener.getsockname()[1]}"


async def serve(
    asgi: FastAPI,
    on_ready: Ready,
    *,
    listener: socket.socket | None = None,
    stop: anyio.Event | None = None,
) -> None:
    """Serve until a stop signal, or until ``stop`` is set: then signals and the process are the caller's.

    Awaits ``on_ready`` with the address once requests are answered. Without ``listener`` it binds where the
    settings say; raises ``AddressUnavailable``. Returns within ``server.drain_seconds`` of the stop, with
    a share of them left for closing everything else.
    """
    doors: Doors = asgi.state.door
    host = doors.server.host
    collecting = seldom_collecting() if stop is None else nullcontext()
    with listener or listen(host, doors.server.port) as bound, collecting:
        server = Server(asgi, lambda: on_ready(address(host, bound)))
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_stop_when_asked, server, stop)
            await server.serve(sockets=[bound])
            tasks.cancel_scope.cancel()


async def drain(doors: Doors) -> None:
    """Refuse newcomers, let running work end, send everybody away; bounded by ``server.drain_seconds``."""
    doors.sockets.stop_admitting()
    seconds = doors.server.drain_seconds
    doors.hurry(seconds * (1 - FOR_CLOSING))
    await doors.runs.drain(seconds * FOR_RUNS)
    await doors.sockets.drain(seconds * FOR_SOCKETS)


class Server(uvicorn.Server):
    """uvicorn, which leaves signals to us and drains before it stops listening."""

    def __init__(self, asgi: FastAPI, on_started: Callable[[], Awaitable[object]]) -> None:
        self._doors: Doors = asgi.state.door
        self._on_started = on_started
        self._patience = anyio.CancelScope()
        super().__init__(_config(asgi, self._doors))

    def ask_to_stop(self) -> None:
        """Stop; asked a second time, wait for nobody."""
        if self.should_exit:
            self.force_exit = True
            self._patience.cancel()
            self._doors.hurry(0)
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, then say so."""
        await super().startup(sockets)
        await self._on_started()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Drain first: meanwhile readiness is still asked for, and refused."""
        with self._patience:
            await drain(self._doors)
        await super().shutdown(sockets)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone: uvicorn would raise them again and end the process before all is closed."""
        yield


def _config(asgi: FastAPI, doors: Doors) -> uvicorn.Config:
    proxies = list(doors.server.trusted_proxies)
    return uvicorn.Config(
        asgi,
        http="httptools",
        ws=SocketProtocol,
        lifespan="off",
        ws_max_size=doors.limits.frame_bytes,
        ws_per_message_deflate=False,
        ws_ping_interval=20,
        ws_ping_timeout=20,
        proxy_headers=bool(proxies),
        forwarded_allow_ips=proxies,
        server_header=False,
        access_log=False,
        log_config=None,
        log_level="warning",  # at info it writes whole URLs
        timeout_graceful_shutdown=max(1, round(doors.server.drain_seconds * FOR_SERVER)),
    )


async def _stop_when_asked(server: Server, stop: anyio.Event | None) -> None:
    if stop is not None:
        await stop.wait()
        server.ask_to_stop()
        return
    with anyio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as signals:
        async for received in signals:
            log.info("stopping", signal=signal.Signals(received).name, at_once=server.should_exit)
            server.ask_to_stop()
