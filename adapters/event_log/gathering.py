"""How many callers share one piece of work: what gathers while one batch is done is the next one."""

from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

import anyio
from anyio import CancelScope
from anyio.abc import TaskGroup

from adapters.storage.faults import unavailable

Q = TypeVar("Q")
A = TypeVar("A")


class _Batch(Generic[Q, A]):
    """What goes together. ``done`` is set once every question has its answer."""

    __slots__ = ("answers", "done", "questions", "size")

    def __init__(self) -> None:
        self.questions: list[Q] = []
        self.answers: Sequence[A | Exception] = ()
        self.size, self.done = 0, anyio.Event()


class Gathering(Generic[Q, A]):
    """Answers questions in the order of the calls, one batch at a time, at most ``most`` questions each.

    ``work`` returns an answer or an error for each, and raises nothing. At most ``waiting`` questions, of
    ``bound`` in size together, may wait. Who is cancelled while waiting leaves the question behind: it is
    done all the same.
    """

    def __init__(
        self,
        work: Callable[[Sequence[Q]], Awaitable[Sequence[A | Exception]]],
        most: int = 500,
        waiting: int = 10_000,
        bound: int = 67_108_864,
    ) -> None:
        self._work, self._most, self._waiting, self._bound = work, most, waiting, bound
        self._batches: deque[_Batch[Q, A]] = deque()
        self._count = self._size = 0
        self._current: _Batch[Q, A] | None = None
        self._wake, self._ended, self._open = anyio.Event(), anyio.Event(), False

    async def ask(self, question: Q, size: int = 0) -> A:
        """Return the answer, or raise it; ``Unavailable`` when closed or when too much is waiting."""
        if not self._open:
            raise unavailable("The event log is closed.")
        if self._count >= self._waiting or self._size + size > self._bound:
            raise unavailable("Too much is waiting for the event log.")
        batch = self._gathered(question, size)
        place = len(batch.questions) - 1
        self._wake.set()
        await batch.done.wait()
        answer = batch.answers[place]
        if isinstance(answer, Exception):
            raise answer from None
        return answer

    async def rest(self) -> None:
        """Return once what is being done now is done."""
        if self._current is not None:
            await self._current.done.wait()

    def start(self, tasks: TaskGroup) -> None:
        """Take questions from now on."""
        self._open = True
        tasks.start_soon(self._run)

    async def close(self) -> None:
        """Take no more, and return once everything that waited is answered."""
        self._open = False
        self._wake.set()
        await self._ended.wait()

    def _gathered(self, question: Q, size: int) -> _Batch[Q, A]:
        if not self._batches or len(self._batches[-1].questions) >= self._most:
            self._batches.append(_Batch())
        batch = self._batches[-1]
        batch.questions.append(question)
        batch.size += size
        self._count += 1
        self._size += size
        return batch

    async def _run(self) -> None:
        with CancelScope(shield=True):  # others still ask while they are torn down around us
            while self._batches or self._open:
                await self._wake.wait()
                self._wake = anyio.Event()
                while self._batches:
                    await self._answer(self._batches.popleft())
            self._ended.set()

    async def _answer(self, batch: _Batch[Q, A]) -> None:
        self._current = batch
        batch.answers = await self._work(batch.questions)
        self._current = None
        self._count -= len(batch.questions)
        self._size -= batch.size
        batch.done.set()
