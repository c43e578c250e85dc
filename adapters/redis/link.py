"""The link to Redis: few connections for many callers, each exchange carrying what waits at that moment.

Commands of callers that wait together travel together, which costs a fraction of one round trip each. A
caller that is cancelled only stops waiting: its command is done whole, or, while it still waits, not at all.
"""

from collections import deque
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self

import anyio
import structlog
from anyio.abc import TaskGroup
from redis.exceptions import ResponseError

from adapters.redis.address import RedisAddress
from adapters.redis.examining import examine
from adapters.redis.faults import ANY, kind, refusal
from adapters.redis.lane import Lane
from adapters.redis.scripts import Command, Part, Plain
from adapters.storage.faults import unavailable
from services.sealed import Sealed

BATCH = 64
"""Most callers served by one exchange."""
CLOSED, CROWDED = "The link to Redis is closed.", "Too much is waiting for Redis."

log = structlog.get_logger(__name__)


class _Ask:
    """What one caller wants, and what came of it."""

    __slots__ = ("abandoned", "answers", "commands", "done", "refused")

    def __init__(self, commands: Sequence[Command]) -> None:
        self.commands, self.done, self.abandoned = commands, anyio.Event(), False
        self.answers: list[Any] = []
        self.refused: str | None = None


class RedisLink(metaclass=Sealed):
    """``lanes`` connections at most, made as they are needed. Entering looks at the server first and raises
    ``InvalidInput`` (field ``redis.url``) for one that cannot be used; a server that goes away later is
    waited for.
    """

    def __init__(self, address: RedisAddress, lanes: int = 4, waiting: int = 10_000) -> None:
        self.address, self._most = address, waiting
        self._lanes = [Lane(address) for _ in range(lanes)]
        self._queue: deque[_Ask] = deque()
        self._idle: list[anyio.Event] = []
        self._open, self._away = False, False
        self._tasks: TaskGroup | None = None

    async def ask(self, *commands: Command) -> list[Any]:
        """Return the commands' answers; they travel together, in this order.

        Raises ``Unavailable`` when one was refused or the server did not answer in time; any of them may
        have been done then.
        """
        if not self._open or len(self._queue) >= self._most:
            raise unavailable(CROWDED if self._open else CLOSED)
        item = _Ask(commands)
        self._queue.append(item)
        self._wake_one()
        try:
            await item.done.wait()
        finally:
            item.abandoned = True
        if item.refused is not None:
            raise unavailable(item.refused)
        return item.answers

    async def say(self, *words: Part) -> Any:
        """Return the answer to one plain command; raises as ``ask``."""
        return (await self.ask(Plain(words)))[0]

    async def __aenter__(self) -> Self:
        for finding in await examine(self.address):
            log.warning("redis_forgets", detail=finding)
        self._tasks = await anyio.create_task_group().__aenter__()
        for lane in self._lanes:
            self._tasks.start_soon(self._serve, lane)
        self._open = True
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._tasks is not None
        self._open = False
        self._refuse(list(self._queue), CLOSED)
        self._tasks.cancel_scope.cancel()
        await self._tasks.__aexit__(None, None, None)
        with anyio.CancelScope(shield=True):
            for lane in self._lanes:
                await lane.drop()

    def _wake_one(self) -> None:
        if self._idle:
            self._idle.pop().set()

    async def _serve(self, lane: Lane) -> None:
        while True:
            batch = self._take()
            if not batch:
                wake = anyio.Event()
                self._idle.append(wake)
                await wake.wait()
                continue
            try:
                await self._answer(lane, batch)
            finally:  # a cancelled lane leaves nobody waiting
                self._refuse(batch, CLOSED)

    def _take(self) -> list[_Ask]:
        batch: list[_Ask] = []
        while self._queue and len(batch) < BATCH:
            item = self._queue.popleft()
            if not item.abandoned:
                batch.append(item)
        if self._queue:
            self._wake_one()
        return batch

    async def _answer(self, lane: Lane, batch: Sequence[_Ask]) -> None:
        try:
            with anyio.fail_after(self.address.timeout):
                answers = iter(await lane.exchange([each for item in batch for each in item.commands]))
        except ANY as error:
            await lane.drop()
            self._lost(error)
            # Those who still wait would only wait for the same.
            self._refuse([*batch, *self._queue], refusal(error).detail)
            return
        self._reached()
        for item in batch:
            item.answers = [next(answers) for _ in item.commands]
            refused = next((each for each in item.answers if isinstance(each, ResponseError)), None)
            if refused is not None:
                log.error("redis_refused", reason=kind(refused))
                item.refused = refusal(refused).detail
            item.done.set()

    def _refuse(self, items: Sequence[_Ask], detail: str) -> None:
        for item in items:
            if not item.done.is_set():
                item.refused, item.abandoned = detail, True
                item.done.set()

    def _lost(self, error: Exception) -> None:
        if not self._away:
            self._away = True
            log.error("redis_lost", reason=kind(error))

    def _reached(self) -> None:
        if self._away:
            self._away = False
            log.warning("redis_found_again")
