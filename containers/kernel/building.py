"""The building step: which objects are being made on this thread right now, and for whom.

The step is synchronous and the thread-local that marks it is set and reset with no await between. A
ContextVar would be inherited by a task that a constructor starts; a thread-local is not, so nothing can ask
the container for objects later.
"""

import threading
from collections.abc import Callable
from typing import Any, TypeVar

from dependency_injector.providers import Provider

from services.errors import WiringError

T = TypeVar("T")


class _Here(threading.local):
    building: "Building | None" = None


here = _Here()


class Building:
    """The objects of one scope: every provider makes its object here once, dependencies first.

    It is seeded with ``objects``; what is given so belongs to whoever gave it and is never entered.
    ``planned`` says that only inputs are given, so that no plan makes what a substitute has no use for.
    """

    __slots__ = ("closed", "making", "managed", "objects", "planned", "thread")

    def __init__(self, objects: dict[Provider[Any], Any], *, planned: bool = True) -> None:
        self.objects = objects
        self.planned = planned
        self.managed: dict[int, Any] = {}
        self.making: type | None = None
        self.closed = False
        self.thread = threading.get_ident()

    def make(self, target: Callable[[], T]) -> T:
        """Build the target and all it needs; raises ``WiringError`` when closed or inside another scope's
        step."""
        outer = here.building
        if self.closed:
            raise WiringError("this scope is closed: what it made has ended, open a new scope")
        if outer is not None and outer is not self:
            raise WiringError(
                "a scope is opened while another one is being built: constructors acquire nothing"
            )
        here.building = self
        try:
            return target()
        finally:
            here.building = outer

    def close(self) -> None:
        """Let go of everything; a request for more raises from now on."""
        self.closed = True
        self.objects.clear()
        self.managed.clear()

    def make_later(self, target: Callable[[], T]) -> T:
        """Build on demand in the open scope; refuses, and forgets, what would have to be entered.

        Inside the building step it is the same as ``make``: what is made then is entered with the rest.
        """
        if threading.get_ident() != self.thread:
            raise WiringError("objects are made on demand on the thread of their scope only")
        if here.building is self:
            return target()
        objects, managed = dict(self.objects), dict(self.managed)
        try:
            made = self.make(target)
            if late := [type(obj).__qualname__ for key, obj in self.managed.items() if key not in managed]:
                raise WiringError(
                    f"{type(made).__qualname__} is made on demand, but needs {', '.join(late)} entered: "
                    "let the scope's root depend on it"
                )
        except BaseException:
            self.objects, self.managed = objects, managed
            raise
        return made
