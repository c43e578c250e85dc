"""One socket's life: it connects, follows its user's log, is cut on purpose, and always comes back."""

import random
from collections.abc import Sequence

import anyio
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from adapters.bench.client import Client
from adapters.bench.tally import Tally

MISSED_HEARTBEATS = 2.5
AWAY = (0.01, 0.12)
"""Seconds between the end of a connection and the next attempt."""
LONGEST_PAUSE = 5.0
FRAME_BYTES = 16 * 1024 * 1024
FINAL = frozenset({1009, 4004, 4401})
NO_USE = frozenset({400, 401, 403, 404})
NEVER = float("inf")


class Cuts:
    """How long connections last, on average; switch them off to let everybody catch up."""

    def __init__(self, every: float | None) -> None:
        self.every = every

    def next(self) -> float:
        """Return when a connection that begins now is cut."""
        if self.every is None:
            return NEVER
        return anyio.current_time() + random.expovariate(1 / self.every)


class Reader:
    """Call ``run`` once; it ends when it is cancelled, or when the server sends it away for good."""

    def __init__(self, urls: Sequence[str], token: str, client: Client, tally: Tally, cuts: Cuts) -> None:
        self._urls, self._token, self._tally, self._cuts = urls, token, tally, cuts
        self._connection: ClientConnection | None = None
        self.client = client
        self.final: str | None = None

    async def run(self) -> None:
        """Connect again and again, with growing pauses while that fails."""
        failures = 0
        while self.final is None:
            try:
                await self._connected()
                failures, pause = 0, random.uniform(*AWAY)  # noqa: S311
            except (OSError, TimeoutError, InvalidHandshake) as error:
                self._refused(error)
                failures += 1
                pause = random.uniform(0.0, min(LONGEST_PAUSE, 0.1 * 2**failures))  # noqa: S311
            retry, self.client.retry = self.client.retry, 0.0
            await anyio.sleep(max(pause, retry * random.uniform(1.0, 1.5)))  # noqa: S311

    async def post(self, text: str) -> None:
        """Send, if there is a connection; what is lost with it is sent again after the next hello."""
        if self._connection is not None:
            try:
                await self._connection.send(text)
            except ConnectionClosed:
                return  # the reading side tells

    async def _connected(self) -> None:
        after = self.client.cursor.after
        self._tally.reconnects += after is not None
        async with socket_to(random.choice(self._urls), self._token, after) as connection:  # noqa: S311
            self._connection = connection
            try:
                await self._until_cut(connection)
            except ConnectionClosed as closed:
                self._closed(closed)
            finally:
                self._connection = None

    async def _until_cut(self, connection: ClientConnection) -> None:
        cut_at = self._cuts.next()
        while True:
            with anyio.CancelScope(deadline=self._patience(cut_at)) as scope:
                await self._follow(connection, scope, cut_at)
            now = anyio.current_time()
            if now >= cut_at and self._cuts.every is None:
                cut_at = NEVER
                continue
            if scope.cancelled_caught:
                self._tally.cuts += now >= cut_at
                self._tally.silent += now < cut_at
            connection.transport.abort()
            return

    async def _follow(self, connection: ClientConnection, scope: anyio.CancelScope, cut_at: float) -> None:
        """Read until a hole; what is heard moves the moment when silence has lasted too long."""
        while self.client.take(await connection.recv(decode=False)):
            while self.client.answers:
                await connection.send(self.client.answers.pop(0))
            if scope.deadline != cut_at and (patience := self._patience(cut_at)) > scope.deadline + 1:
                scope.deadline = patience
        self._tally.holes += 1

    def _patience(self, cut_at: float) -> float:
        return min(cut_at, anyio.current_time() + self.client.heartbeat * MISSED_HEARTBEATS)

    def _closed(self, closed: ConnectionClosed) -> None:
        code = closed.rcvd.code if closed.rcvd is not None else 1006
        self._tally.closes[str(code)] += 1
        if code in FINAL or 4500 <= code < 5000:
            self.final = f"closed with {code}"

    def _refused(self, error: Exception) -> None:
        status = error.response.status_code if isinstance(error, InvalidStatus) else type(error).__name__
        self._tally.refusals[str(status)] += 1
        if status in NO_USE:
            self.final = f"refused with {status}"


def socket_to(url: str, token: str, after: str | None = None) -> connect:
    """Return a WebSocket to the server at ``url``, to be entered."""
    return connect(
        f"{url.replace('http', 'ws', 1)}/ws{f'?after={after}' if after else ''}",
        additional_headers={"Authorization": f"Bearer {token}"},
        max_size=FRAME_BYTES,
        compression=None,
        ping_interval=None,
        proxy=None,
        close_timeout=2,
    )
