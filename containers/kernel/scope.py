"""Scopes: when the objects of one request are entered and left, and in what order.

One cancel scope is opened before the objects and turned into a shield only when the scope closes. So the
body stays cancellable, the finalizers do not, and objects may open task groups of their own, since
everything still nests.
"""

from collections.abc import Callable
from types import TracebackType
from typing import Any, Final, Generic, TypeVar

import anyio
from dependency_injector.providers import Provider

from containers.kernel.building import Building
from containers.kernel.verdict import Outcome, judge
from services.errors import WiringError

T = TypeVar("T")

GRACE_SECONDS: Final = 10.0


class Scope(Building, Generic[T]):
    """``async with`` gives the root, built with all it needs; managed objects are entered in building order.

    Leaving closes them in reverse order, in the same task, shielded from cancellation for at most ``grace``
    seconds. Every finalizer is started and sees the body's exception (when the body was fine, the first
    failure before it). When the grace is used up, what still runs is cancelled. What goes on afterwards is
    decided in ``containers.kernel.verdict``.

    A scope belongs to the task that entered it, is entered once, and must not be held open across a
    ``yield``. Objects entered after one that owns a task group are closed inside that group: if it crashes,
    they are cancelled too, and shield what they must finish.
    """

    __slots__ = ("_entered", "_grace", "_guard", "_root")

    def __init__(
        self,
        root: Callable[[], T],
        objects: dict[Provider[Any], Any],
        grace: float = GRACE_SECONDS,
        *,
        planned: bool = True,
    ) -> None:
        super().__init__(objects, planned=planned)
        self._root, self._grace = root, grace
        self._guard: anyio.CancelScope | None = None
        self._entered: list[Any] = []

    async def __aenter__(self) -> T:
        if self._guard is not None:
            raise WiringError("a scope is entered once: open a new one")
        self._guard = guard = anyio.CancelScope()
        root = self.make(self._root)
        guard.__enter__()
        try:
            for managed in tuple(self.managed.values()):
                await managed.__aenter__()
                self._entered.append(managed)
        except BaseException as error:
            if await self._close(guard, error):
                raise RuntimeError(
                    "a scope was cancelled by one of its own objects before it was open"
                ) from error
            raise
        return root

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        # Not "bool": checkers would then expect any error of the body to be swallowed.
        if self._guard is None or self.closed:
            raise WiringError("this scope is not open")
        return await self._close(self._guard, error)

    async def _close(self, guard: anyio.CancelScope, error: BaseException | None) -> bool:
        """Close what was entered; return whether the body's exception has ended here."""
        self.closed = True
        guard.shield = True
        guard.deadline = anyio.current_time() + self._grace
        outcomes: list[Outcome] = []
        seen, entered = error, self._entered
        while entered:
            managed = entered.pop()
            try:
                if await managed.__aexit__(type(seen) if seen else None, seen, seen and seen.__traceback__):
                    outcomes.append((managed, None))
            except BaseException as failure:  # noqa: BLE001 - judged below, once every finalizer had its turn
                outcomes.append((managed, failure))
                seen = seen or failure
        self.objects.clear()
        self.managed.clear()
        guard.__exit__(None, None, None)
        if not outcomes:
            return False
        onward = judge(error, outcomes, self._grace if guard.cancel_called else None)
        outcomes.clear()
        if onward is None or onward is error:
            return onward is None
        try:
            raise onward
        finally:
            del (
                onward,
                seen,
            )  # an exception that holds the frame that holds it would wait for the garbage collector
