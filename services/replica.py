"""This process as the others know it: an id made at its start, and the lease that says it is alive."""

import math
import secrets

import anyio
import structlog

from services.background import Background
from services.errors import Unavailable
from services.ports.leases import Leases
from services.sealed import Sealed

RENEWALS = 4
"""How often the lease is renewed in its time, so that a few renewals may fail."""

log = structlog.get_logger(__name__)


class Replica(Background, metaclass=Sealed):
    """Holds the lease from entering to leaving; entering raises ``Unavailable`` where it cannot be had."""

    def __init__(self, leases: Leases, seconds: float) -> None:
        self.id = f"replica_{secrets.token_urlsafe(12)}"
        self._leases, self._seconds = leases, seconds
        self._held, self._settles = math.inf, 0.0

    @property
    def steady(self) -> bool:
        """Whether the others can be judged by their leases: not while the leases are out of reach or do not
        answer, nor for one lease's time after that, since nobody else could renew either.
        """
        return not self._late and anyio.current_time() >= self._settles

    @property
    def _late(self) -> bool:
        return anyio.current_time() - self._held > self._seconds / 2

    async def begin(self) -> None:
        """Take the lease."""
        await self._hold()

    async def finish(self) -> None:
        """Give the lease up."""
        with anyio.move_on_after(1, shield=True):
            try:
                await self._leases.release(self.id)
            except Unavailable as away:  # it runs out by itself
                log.warning("lease_not_released", reason=str(away))

    async def work(self) -> None:
        """Renew the lease."""
        while True:
            await anyio.sleep(self._seconds / RENEWALS)
            try:
                await self._hold()
            except Unavailable as away:
                self._settle()
                log.warning("lease_not_renewed", reason=str(away))

    async def _hold(self) -> None:
        asked = anyio.current_time()
        await self._leases.hold(self.id, self._seconds)
        if self._late:
            self._settle()
        self._held = asked

    def _settle(self) -> None:
        self._settles = anyio.current_time() + self._seconds
