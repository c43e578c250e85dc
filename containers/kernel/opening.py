"""Doors: how an application object opens scopes without holding, or importing, the container.

``Opener`` is what the few objects that may open scopes are given. ``Later`` is what an object of a scope is
given to have others made on demand. Both hold providers, never request objects, so nothing of a request is
captive in the application.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Generic, TypeVar

from dependency_injector.providers import Provider

from containers.kernel.building import Building, here
from containers.kernel.graph import reach
from containers.kernel.providers import Input, Scoped, Shared
from containers.kernel.scope import GRACE_SECONDS, Scope
from services.errors import WiringError

T = TypeVar("T")
Overrides = Mapping[Provider[Any], object]


class Door(Generic[T]):
    """Opens scopes around one root; ``value`` is given to them as the input. Safe to use from any task at
    any time."""

    def __init__(self, root: Scoped[T], given: Input[Any], grace: float = GRACE_SECONDS) -> None:
        self._root, self._given, self._grace = root, given, grace
        self._known: set[Provider[Any]] = set()

    def open(self, value: object, overrides: Overrides | None = None) -> Scope[T]:
        """Return a scope, not yet entered.

        ``overrides`` gives further inputs, and in an unfrozen container substitutes for request objects, in
        this scope only. A substitute is used as it is: it stays its giver's to enter and close. Raises
        ``WiringError`` for a value of the wrong class and for an override that is frozen, Shared, or of
        another container.
        """
        if not overrides:
            return Scope(self._root, self._input(value), self._grace)
        for provider, substitute in overrides.items():
            self._check(provider, substitute)
        inputs_only = all(isinstance(provider, Input) for provider in overrides)
        return Scope(self._root, {**overrides, **self._input(value)}, self._grace, planned=inputs_only)

    def build(self, value: object) -> T:
        """Do the synchronous step alone and return the root, which is then its receiver's to open and close.

        Raises ``WiringError`` when anything but the root would have to be entered.
        """
        building = Building(self._input(value))
        root = building.make(self._root)
        others = [type(managed).__qualname__ for managed in building.managed.values() if managed is not root]
        building.close()
        if others:
            raise WiringError(
                f"{self._root.label} is handed out without a scope, but {', '.join(others)} must be entered: "
                "open a scope"
            )
        return root

    def _input(self, value: object) -> dict[Provider[Any], Any]:
        if not isinstance(value, self._given.wanted):
            raise _unwanted(self._given, value)
        return {self._given: value}

    def _check(self, provider: Provider[Any], substitute: object) -> None:
        if isinstance(provider, Shared):
            raise WiringError(
                f"{provider.label} is shared by every scope and cannot be overridden for one: "
                "use provider.override(...) app-wide in an unfrozen container"
            )
        if not isinstance(provider, Scoped):
            raise WiringError(
                f"{provider!r} is no request object: overrides are keyed by the container's providers"
            )
        if provider.frozen and not isinstance(provider, Input):
            raise WiringError(
                f"{provider.label}: the container is frozen and takes no overrides; tests use an unfrozen one"
            )
        if isinstance(provider, Input) and not isinstance(substitute, provider.wanted):
            raise _unwanted(provider, substitute)
        if provider not in self._known:
            self._known = reach(self._root, self._given)
        if provider not in self._known:
            raise WiringError(
                f"{provider.label}: this provider is not part of the graph below {self._root.label}; take it "
                "from the container object that opens the scope, not from the container class"
            )


def _unwanted(wanted: Input[Any], given: object) -> WiringError:
    return WiringError(f"{wanted.label} is wanted as input, {type(given).__qualname__} was given")


class Opener(Shared[Door[T]]):
    """Provides the ``Door`` to scopes whose root is ``root`` and whose opener hands in ``given``."""

    def __init__(
        self, root: Scoped[T] | None = None, given: Input[Any] | None = None, *, grace: float = GRACE_SECONDS
    ) -> None:
        if root is None or given is None:  # a copy in the making: its arguments are set next
            super().__init__(Door)
        else:
            super().__init__(Door, root.provider, given.provider, grace)


class Later(Scoped[Mapping[str, Callable[[], T]]]):
    """Provides functions that make request objects on demand, in the scope they were given in, each once.

    After the scope has closed they raise ``WiringError``. What they make must not need entering.
    """

    def __init__(self, **targets: Scoped[Any]) -> None:
        super().__init__(_later)
        self.set_kwargs(**{name: target.provider for name, target in targets.items()})


def _later(**targets: Callable[[], Any]) -> Mapping[str, Callable[[], Any]]:
    building = here.building
    assert building is not None, "a Later is Scoped, and Scoped builds in a building step only"
    return {name: partial(building.make_later, target) for name, target in targets.items()}
