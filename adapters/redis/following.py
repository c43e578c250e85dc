"""How a process hears of what others append: a subscription that is proven alive, and renewed when it is not.

Messages are hints: one may be lost, so nobody depends on a single one. After every new subscription
everything is looked at once.
"""

from typing import Any

import anyio
import structlog

from adapters.event_log.frames import framed
from adapters.event_log.store import Change, Moved
from adapters.redis.faults import ANY, kind
from adapters.redis.link import RedisLink
from services.errors import Unavailable
from services.ports.events import Place

PROBE_SECONDS = 5.0
"""How often a process says something on the channel only to hear it."""
AGAIN_SECONDS = 0.5
"""Pause before the next try where a subscription could not be had or did not last."""

log = structlog.get_logger(__name__)


class Follower:
    """Follows one channel. A message is ``origin epoch seq`` and the newest event, as far as it comes along:
    ``LENGTH-OF-USER LENGTH-OF-RUN USER`` and then, or not, ``RUN`` and ``BODY``. A probe is its origin alone.
    """

    def __init__(self, link: RedisLink, channel: str, me: str, probe: float = PROBE_SECONDS) -> None:
        self._link, self._channel, self._me = link, channel, me.encode()
        self._probe, self.silence = probe, 2 * probe + 1

    async def follow(self, moved: Moved) -> None:
        """Call ``moved`` for others' messages until cancelled, and with None after each subscription."""
        while True:
            connection: Any = self._link.address.connection()
            try:
                async with anyio.create_task_group() as tasks:
                    tasks.start_soon(self._say_something)
                    await self._listen(connection, moved)
                    tasks.cancel_scope.cancel()
            finally:
                with anyio.CancelScope(shield=True):
                    await connection.disconnect(nowait=True)
            await anyio.sleep(AGAIN_SECONDS)

    async def _listen(self, connection: Any, moved: Moved) -> None:
        """Return when the subscription has ended or fallen silent."""
        try:
            with anyio.fail_after(self.silence) as patience:
                await connection.connect()
                await connection.send_command("SUBSCRIBE", self._channel, check_health=False)
                await connection.read_response()
                moved(None)
                while True:
                    patience.deadline = anyio.current_time() + self.silence
                    self._hear((await connection.read_response())[2], moved)
        except ANY as error:
            log.warning("redis_wakeups_lost", reason=kind(error))

    def _hear(self, message: bytes, moved: Moved) -> None:
        origin, *rest = message.split(b" ", 5)
        if origin == self._me or not rest:
            return
        epoch, seq, user_length, run_length, text = rest
        place, end = Place(epoch.decode(), int(seq)), int(user_length)
        run, body = text[end : end + int(run_length)], text[end + int(run_length) :]
        frame = framed(_text(run), body, place) if body else None
        moved(Change(_text(text[:end]), place, frame))

    async def _say_something(self) -> None:
        while True:
            await anyio.sleep(self._probe)
            try:
                await self._link.say("PUBLISH", self._channel, self._me)
            except Unavailable:
                continue  # the link has told of it; when nothing is heard either, we subscribe anew


def _text(sent: bytes) -> str:
    return sent.decode("utf-8", "surrogatepass")
