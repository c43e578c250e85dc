"""What this process holds of the limits that all processes share: taken one by one, kept while held, given
back soon.

A place lasts for half a minute unless it is kept, so what a process held when it died is free again then.
"""

import itertools
import uuid
from collections import defaultdict

import anyio
import structlog

from services.background import Background
from services.errors import Unavailable
from services.ports.limits import Limits, Place
from services.sealed import Sealed

LASTS_S = 30.0
KEPT_EVERY_S = 10.0
ANSWER_S = 5.0
AGAIN_S = 0.25
RETRY_S = 1.0
MOST_RETURNING = 100_000

log = structlog.get_logger(__name__)


class Places(Background, metaclass=Sealed):
    """Enter it before the first place is given back; leaving gives all back. For the loop's thread only."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._me, self._numbers = uuid.uuid4().hex, itertools.count()
        self._held: dict[str, list[Place]] = {}
        self._returning: list[Place] = []
        self._returns = anyio.Event()
        self._freed: defaultdict[str, anyio.Event] = defaultdict(anyio.Event)

    @property
    def shared(self) -> bool:
        """Whether other processes count too; where not, nobody needs a place."""
        return self._limits.shared

    async def take(self, key: str, most: int) -> bool:
        """Return whether there was a place; give it back with ``give``.

        Raises ``Unavailable`` when the engine is out of reach or does not answer. Safe to cancel: no place
        is kept.
        """
        place = Place(key, f"{self._me}:{next(self._numbers)}")
        try:
            with anyio.fail_after(ANSWER_S):
                taken = await self._limits.take(place, most, LASTS_S) is None
        except TimeoutError:
            self._return(place)
            raise Unavailable(
                "The limits cannot be counted now.", code="storage_unavailable", retry_after_s=RETRY_S
            ) from None
        except BaseException:
            self._return(place)  # whether it was taken nobody knows
            raise
        if taken:
            self._held.setdefault(key, []).append(place)
        return taken

    def give(self, key: str) -> None:
        """Give one of this process' places of the key back; the engine hears of it soon."""
        held = self._held[key]
        self._return(held.pop())
        if not held:
            del self._held[key]

    async def look_again(self, key: str) -> None:
        """Return when a place that this process held is free, or in a moment: others may have given one."""
        try:
            with anyio.move_on_after(AGAIN_S):
                await self._freed[key].wait()
        finally:
            self._freed.pop(key, None)

    async def work(self) -> None:
        """Give back and keep."""
        if self.shared:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(self._give_back)
                tasks.start_soon(self._keep)

    async def finish(self) -> None:
        """Give all back."""
        left = [*self._returning, *(place for held in self._held.values() for place in held)]
        if left:
            with anyio.move_on_after(RETRY_S, shield=True):
                await self._given(left)

    def _return(self, place: Place) -> None:
        if len(self._returning) < MOST_RETURNING:  # beyond that they run out by themselves
            self._returning.append(place)
        self._returns.set()

    async def _give_back(self) -> None:
        while True:
            await self._returns.wait()
            self._returns = anyio.Event()
            while self._returning:
                giving, self._returning = self._returning, []
                try:
                    given = await self._given(giving)
                except BaseException:
                    self._returning = [*giving, *self._returning]
                    raise
                if not given:
                    self._returning = [*giving, *self._returning]
                    await anyio.sleep(RETRY_S)  # nothing tells when the engine is back

    async def _given(self, places: list[Place]) -> bool:
        try:
            await self._limits.give(places)
        except Unavailable:
            return False
        for key in {place.key for place in places}:
            if (freed := self._freed.pop(key, None)) is not None:
                freed.set()
        return True

    async def _keep(self) -> None:
        while True:
            await anyio.sleep(KEPT_EVERY_S)
            places = [place for held in self._held.values() for place in held]
            if places:
                await self._kept(places)

    async def _kept(self, places: list[Place]) -> None:
        try:
            lost = await self._limits.keep(places, LASTS_S)
        except Unavailable:
            log.warning("places_not_kept", places=len(places))
        else:
            still = [place for place in lost if place in self._held.get(place.key, ())]
            if still:
                log.warning("places_lost", places=len(still))
