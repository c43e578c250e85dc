"""The one writer of a connection: events as the cursor moves, control messages in between, its end.

While the writer waits, an event is written in the middle of its append, where the transport takes it; the log
is read for whatever was not. Nothing is queued for a reader but a few control messages; a reader that takes
neither within the send timeout is closed. The writer owns no timer: ``tick`` is called for all connections by
one task, with the time.
"""

import random
from collections import deque
from collections.abc import Awaitable, Callable

import anyio
import anyio.lowlevel

from adapters.web.delivery import Delivery, Position, PositionLost, WriteNow
from adapters.web.messages import Bye, FromServer
from config.limits import Limits
from services.errors import Unavailable
from services.ports.events import Frame, Lapped

MOST_CONTROL_MESSAGES = 64

Send = Callable[[bytes, Frame | None], Awaitable[None] | None]
"""Sends one message, encoded; returns what to await, None when it is done. The frame is given when it is an
event.
"""

Ending = tuple[int, str]
TOO_SLOW: Ending = (4002, "too slow")
GONE: Ending = (1006, "the client is gone")


class ClientGone(Exception):
    """The client left, or the server has closed the connection to it."""


class Writer:
    """Writes to one socket or stream. ``post``, ``end`` and ``tick`` never wait; any task may call them."""

    __slots__ = (
        "_control", "_delivery", "_ending", "_expires", "_heartbeat", "_offer", "_ping_due", "_scope",
        "_seen", "_send", "_send_timeout", "_sending", "_since", "_waiting", "_written",
    )  # fmt: skip

    def __init__(
        self, delivery: Delivery, send: Send, limits: Limits, now: float, offer: WriteNow | None = None
    ) -> None:
        """``offer`` writes what ``send`` would, where that is possible at once."""
        self._delivery, self._send, self._offer = delivery, send, offer
        self._heartbeat, self._send_timeout = limits.heartbeat, limits.send_timeout
        self._control: deque[bytes] | None = None
        self._ending: Ending | None = None
        self._expires: float | None = None
        self._written = self._seen = 0
        self._since = now
        self._sending = self._ping_due = self._waiting = False
        self._scope: anyio.CancelScope | None = None

    @property
    def ending(self) -> Ending | None:
        """The close code and reason, once it is decided."""
        return self._ending

    @property
    def seq(self) -> int:
        """The last event handed to the transport; whether it arrived only an ``ack`` can say."""
        return self._delivery.seq

    def post(self, message: FromServer) -> None:
        """Send a control message before the next event; a reader that lets them pile up is too slow."""
        if self._control is None:
            self._control = deque()
        if len(self._control) >= MOST_CONTROL_MESSAGES:
            self._abandon(TOO_SLOW)
            return
        self._control.append(message.text().encode())
        self._wake()

    def end(self, code: int, reason: str) -> None:
        """Close with this code once what is being sent is sent; the first decision stands."""
        self._ending = self._ending or (code, reason)
        self._wake()

    def expire_at(self, moment: float) -> None:
        """Say when the credential expires, on the monotonic clock; replaces what was said before."""
        self._expires = moment

    def tick(self, now: float) -> None:
        """Notice a stuck send, an expired credential and silence."""
        if self._written != self._seen:
            self._seen, self._since = self._written, now
        quiet = now - self._since
        if self._sending and quiet >= self._send_timeout:
            self._abandon(TOO_SLOW)
        elif self._expires is not None and now >= self._expires:
            self.end(4004, "credential expired")
        elif quiet >= self._heartbeat and not self._ping_due:
            self._ping_due = True
            self._wake()

    async def run(self, after: Position | None) -> Ending:
        """Write until something ends it; return why. Safe to cancel."""
        try:
            try:
                await self._serve(after)
            except Unavailable as away:  # what this reader needs is out of reach: it may come back for it
                self.post(Bye(retry_ms=random.randint(500, 5000)))  # noqa: S311 - spreads load, guards nothing
                self.end(4001, away.detail)
            with anyio.CancelScope() as self._scope:
                await self._flush()
        except Lapped:
            self.end(*TOO_SLOW)
        except PositionLost:
            self.end(4003, "position lost")
        except ClientGone:
            self._ending = GONE
        finally:
            self._delivery.close()
        return self._ending or GONE

    async def _serve(self, after: Position | None) -> None:
        with anyio.CancelScope() as self._scope:
            for text in await self._delivery.open(after):
                await self._write(text.encode())
        while self._ending is None:
            # One scope for many events, cancelled to interrupt the waiting or to give up a stuck send.
            with anyio.CancelScope() as self._scope:
                await self._follow(self._scope)
            self._waiting = False

    async def _follow(self, scope: anyio.CancelScope) -> None:
        await self._flush()
        if self._ping_due:
            await self._ping()
        # From the check to the wait nothing may be awaited, or a wake-up would be lost.
        while self._ending is None and not self._ping_due and not self._control:
            self._waiting = True
            await self._delivery.wait(None if self._offer is None else self._write_now)
            self._waiting = False
            if scope.cancel_called:  # woken twice at once: what follows must not be cut
                return
            await self._events()

    async def _events(self) -> None:
        frames = await self._delivery.more()
        for frame in frames:
            if (pending := self._hand_over(frame.data, frame)) is not None:
                await self._finish(pending)
            if self._ending is not None:
                return
        if not frames:  # a wake-up for nothing must not become a busy loop
            await anyio.lowlevel.checkpoint()

    async def _flush(self) -> None:
        while self._control:
            await self._write(self._control.popleft())

    async def _ping(self) -> None:
        try:
            text = await self._delivery.ping()
        except Unavailable:  # nothing can be said of the log now: the next beat asks again
            self._ping_due = False
            return
        self._ping_due = False
        if text is None:
            await self._events()
        else:
            await self._write(text.encode())

    async def _write(self, text: bytes) -> None:
        if (pending := self._hand_over(text, None)) is not None:
            await self._finish(pending)

    def _write_now(self, text: bytes) -> bool:
        """Write an event in the middle of its append, unless something else has to go out first."""
        if self._control or self._ping_due or self._ending is not None:
            return False
        assert self._offer is not None
        try:
            written = self._offer(text)
        except (OSError, RuntimeError):  # whoever appends must not suffer from it; reading ends in it too
            return False
        self._written += written
        return written

    def _hand_over(self, text: bytes, frame: Frame | None) -> Awaitable[None] | None:
        self._written += 1
        try:
            return self._send(text, frame)
        except (OSError, RuntimeError):  # servers differ in how they say that the connection is closed
            raise ClientGone from None

    async def _finish(self, pending: Awaitable[None]) -> None:
        self._sending = True
        try:
            await pending
        except (OSError, RuntimeError):
            raise ClientGone from None
        self._sending = False

    def _wake(self) -> None:
        if self._waiting and self._scope is not None:
            self._scope.cancel()

    def _abandon(self, ending: Ending) -> None:
        self._ending = self._ending or ending
        self._control = None
        if self._scope is not None:
            self._scope.cancel()
