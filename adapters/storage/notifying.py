"""How processes wake each other through PostgreSQL: NOTIFY inside a transaction, LISTEN on one connection.

Notices are wake-ups only: one may be missed, so whoever is woken reads the tables.
"""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

import anyio
import structlog
from anyio import Event, move_on_after
from sqlalchemy import Connection

from adapters.storage.locks import POSTGRES
from adapters.storage.postgres import PostgresServer

Callback = Callable[[str | None], object]
FIRST_PAUSE, LONGEST_PAUSE = 0.05, 2.0
PING_S = 15.0
PAYLOAD = 7_999

_log = structlog.get_logger(__name__)


def notify(connection: Connection, channel: str, payload: str = "") -> None:
    """Tell all listeners of the channel once the transaction is committed; the same twice is told once.

    Only inside ``Database.write``. Raises ``ValueError`` for a payload over 7,999 bytes. Commits that notify
    go one after the other on the whole server. On SQLite nobody listens and nothing is done.
    """
    if len(payload.encode()) > PAYLOAD:
        raise ValueError("a payload holds at most 7999 bytes")
    if connection.dialect.name == POSTGRES:
        cursor = connection.connection.cursor()
        try:
            cursor.execute("SELECT pg_notify($1, $2)", (channel, payload))
        finally:
            cursor.close()


class Listener:
    """One connection that listens on every channel somebody asked for, and is made anew when it breaks.

    A callback gets the payload of each notice, and None each time listening begins: on the first connection
    and after each break, when notices may have been missed. It runs on the event loop's thread, must be short
    and must not raise: what it raises is logged.
    """

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        self._callbacks: dict[str, list[Callback]] = {}
        self._stir = Event()

    @asynccontextmanager
    async def listen(self, channel: str, callback: Callback) -> AsyncGenerator[None, None]:
        """Call back while the block runs; whether the server answers now does not matter."""
        self._callbacks.setdefault(channel, []).append(callback)
        self._stir.set()
        try:
            yield
        finally:
            self._callbacks[channel].remove(callback)

    async def run(self) -> None:
        """Listen until cancelled."""
        import asyncpg  # noqa: PLC0415 - an optional library

        pause = FIRST_PAUSE
        while True:
            await self._wanted()
            try:
                connection = await asyncpg.connect(**self._server.arguments())
            except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
                _log.warning("listening_refused", error=type(error).__name__)
                await anyio.sleep(pause)  # nothing tells when a server is back
                pause = min(pause * 2, LONGEST_PAUSE)
                continue
            pause = FIRST_PAUSE
            try:
                await self._serve(connection)
            except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
                _log.warning("listening_broke_off", error=type(error).__name__)
            finally:
                connection.terminate()

    async def _wanted(self) -> None:
        while not any(self._callbacks.values()):
            self._stir = Event()
            await self._stir.wait()

    async def _serve(self, connection: Any) -> None:
        """Listen on what is wanted until the connection breaks."""
        connection.add_termination_listener(lambda _connection: self._stir.set())
        heard: set[str] = set()
        while not connection.is_closed():
            self._stir = Event()
            for channel in self._callbacks.keys() - heard:
                await connection.add_listener(channel, self._called)
                heard.add(channel)
                self._tell(channel, None)
            with move_on_after(PING_S) as quiet:
                await self._stir.wait()
            if quiet.cancelled_caught:  # a host that vanished says nothing: ask
                await connection.execute("SELECT 1", timeout=self._server.connect_timeout)

    def _called(self, _connection: object, _pid: int, channel: str, payload: str) -> None:
        self._tell(channel, payload)

    def _tell(self, channel: str, payload: str | None) -> None:
        for callback in tuple(self._callbacks.get(channel, ())):
            try:
                callback(payload)
            except Exception:  # noqa: BLE001 - one listener's fault must not end the listening of the others
                _log.exception("listener_failed", channel=channel)
