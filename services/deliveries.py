"""Which runs have reached their users: a run is delivered once a client acknowledged its terminal event.

Sending proves nothing, since a transport takes megabytes for a client that is gone; only an acknowledgement
counts, and resuming after an event is one.
"""

import anyio

from services.background import Background
from services.errors import Unavailable
from services.ports.events import Place
from services.ports.metrics import Metrics
from services.ports.run_store import RunStore
from services.ports.runs import Told
from services.sealed import Sealed

LINGER = 0.05
"""Seconds in which notes gather, so that many share one write."""

RETRY = 1.0
LAST_ATTEMPT = 2.0


class Deliveries(Background, metaclass=Sealed):
    """Takes notes at once and writes them soon; on the event loop's thread only."""

    def __init__(self, store: RunStore, metrics: Metrics) -> None:
        self._store, self._metrics = store, metrics
        self._told: list[Told] = []
        self._acknowledged: dict[str, Place] = {}
        self._noted = anyio.Event()

    def told(self, user_id: str, run_id: str, place: Place) -> None:
        """The log has the terminal event of this run."""
        self._told.append(Told(user_id, run_id, place))
        self._metrics.run_told()
        self._noted.set()

    def acknowledged(self, user_id: str, place: Place) -> None:
        """A client of this user has everything up to this place; a lower one than before changes nothing."""
        known = self._acknowledged.get(user_id)
        if known is None or known.epoch != place.epoch or known.seq < place.seq:
            self._acknowledged[user_id] = place
            self._noted.set()

    async def finish(self) -> None:
        """Write what is noted, once; what cannot be written is found by whoever ends our runs."""
        with anyio.move_on_after(LAST_ATTEMPT, shield=True):
            await self._write()

    async def work(self) -> None:
        """Write soon what is noted."""
        while True:
            await self._noted.wait()
            self._noted = anyio.Event()
            await anyio.sleep(LINGER)
            if not await self._write():
                self._noted.set()
                await anyio.sleep(RETRY)

    async def _write(self) -> bool:
        told, acknowledged = self._told, self._acknowledged
        if not told and not acknowledged:
            return True
        self._told, self._acknowledged = [], {}
        try:
            delivered = await self._store.record_deliveries(told, acknowledged)
        except BaseException as error:
            self._told = told + self._told
            self._acknowledged = acknowledged | self._acknowledged
            if isinstance(error, Unavailable):
                return False
            raise
        for run in delivered:
            if run.told_at is not None and run.delivered_at is not None:
                self._metrics.run_delivered((run.delivered_at - run.told_at).total_seconds())
        return True
