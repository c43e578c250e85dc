"""What works beside everything else while the application is up: one task, begun on entering, cut off on
leaving.
"""

from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self

import anyio
from anyio.abc import TaskGroup


class Background(ABC):
    """An application object with a task of its own."""

    _tasks: TaskGroup | None = None

    async def begin(self) -> None:  # noqa: B027 - nothing, unless a class has something
        """Do what must come before the work; what it raises keeps the application from starting."""

    @abstractmethod
    async def work(self) -> None:
        """Work until cancelled. What it raises ends the application."""

    async def finish(self) -> None:  # noqa: B027 - nothing, unless a class has something
        """Do what is left to do, once the work has been cut off; bound its time, and shield it."""

    async def __aenter__(self) -> Self:
        await self.begin()
        self._tasks = await anyio.create_task_group().__aenter__()
        self._tasks.start_soon(self.work)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._tasks is not None
        self._tasks.cancel_scope.cancel()
        # Nothing runs in the group any more; handing it the error would only wrap it in an exception group.
        await self._tasks.__aexit__(None, None, None)
        await self.finish()
