"""How guesses are counted by all processes: each holds a place, and one that failed never gives it back.

The place of a guess under way lasts for half a minute, the one of a failure for the whole window; so no more
can fail within the window than there are places, however many processes are asked at once.
"""

import uuid
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager

import anyio
import structlog

from services.errors import TooMuch, Unavailable
from services.identity.guesses import Guesses, Key
from services.ports.limits import Limits, Place

GUESS_S = 30.0
WAIT_S = 3.0
AGAIN_S = 0.25
END_S = 5.0

log = structlog.get_logger(__name__)


class SharedGuesses:
    """Guesses as places at the shared limits; ``window`` is in seconds."""

    def __init__(self, limits: Limits, window: float) -> None:
        self._limits, self._window = limits, window

    @asynccontextmanager
    async def hold(
        self, counts: Sequence[tuple[Guesses, Key]], right: Callable[[], bool]
    ) -> AsyncGenerator[None, None]:
        """Hold a place of each count for the block; without ``right`` at its end they stay taken.

        A full count is looked at again for a moment while guesses under way may still turn out right. Raises
        ``TooMuch`` (``throttled``) and ``Unavailable``. Left by an exception of ours it was no guess.
        """
        holder, taken = uuid.uuid4().hex, list[Place]()
        failed = False
        try:
            for guesses, key in counts:
                place = Place(f"login:{guesses.name}:{key.hex()}", holder)
                taken.append(place)
                await self._take(place, guesses.most)
            failed = True  # until shown otherwise, also when it is cut off
            yield
            failed = not right()
        except Exception:
            failed = False
            raise
        finally:
            await self._end(taken, failed=failed)

    async def _take(self, place: Place, most: int) -> None:
        waits = int(WAIT_S / AGAIN_S)
        while (wait := await self._limits.take(place, most, GUESS_S)) is not None:
            if wait > GUESS_S or not waits:  # longer than a guess lasts: all of them have failed
                raise TooMuch("too many failed logins", code="throttled", retry_after_s=round(wait, 3))
            waits -= 1
            await anyio.sleep(AGAIN_S)  # the guesses under way are other processes': nothing tells their end

    async def _end(self, taken: list[Place], *, failed: bool) -> None:
        try:
            with anyio.move_on_after(END_S, shield=True):
                if failed:
                    await self._limits.keep(taken, self._window)
                else:
                    await self._limits.give(taken)
        except Unavailable:
            log.warning("guess_not_counted", failed=failed)
