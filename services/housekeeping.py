"""When rows go whose time is over: about once a minute, a few at a time, so that no writer waits for it."""

import random
from collections.abc import Mapping

import anyio
import structlog

from services.background import Background
from services.errors import Unavailable
from services.ports.trimming import Trimmed
from services.sealed import Sealed

EVERY_S = 60.0
BATCH = 200
BREATH_S = 0.05
MOST_BATCHES = 200
"""A round ends after so many of one kind; the rest waits for the next."""

log = structlog.get_logger(__name__)


class Housekeeping(Background, metaclass=Sealed):
    """Entered, it sweeps. Every process does, each at moments of its own."""

    def __init__(self, chores: Mapping[str, Trimmed]) -> None:
        self._chores = chores

    async def sweep(self) -> Mapping[str, int]:
        """Do every chore once; return how much of each went. What cannot be done now is left for later."""
        gone: dict[str, int] = {}
        for name, chore in self._chores.items():
            try:
                gone[name] = await self._do(chore)
            except Unavailable:
                log.warning("not_swept", what=name)
        if any(gone.values()):
            log.debug("swept", **gone)
        return gone

    async def work(self) -> None:
        """Sweep about once a minute."""
        while True:
            await anyio.sleep(EVERY_S * random.uniform(0.5, 1.5))  # noqa: S311 - spreads work, guards nothing
            await self.sweep()

    async def _do(self, chore: Trimmed) -> int:
        gone = 0
        for _ in range(MOST_BATCHES):
            went = await chore.trim(BATCH)
            gone += went
            if went < BATCH:
                break
            await anyio.sleep(BREATH_S)
        return gone
