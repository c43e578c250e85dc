"""Plans: the building step below one provider, worked out once and then repeated for every scope.

Asking provider after provider is right but slow, since each is asked again by everything that needs it. A
plan is the same walk, written down: every request object in building order, with where its arguments come
from. It holds until a provider changes. What it cannot write down (an override, an injected attribute, a
cycle) leaves the provider without a plan, and then they are asked one by one.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from dependency_injector import providers

from containers.kernel.building import Building
from containers.kernel.recipe import Edition, Recipe, Through

FIXED, FROM_SCOPE, ASKED = range(3)
"""Where an argument comes from: it never changes, it is an object of the scope, or its provider is asked
each time."""

Argument = tuple[int, Any]


class Step(NamedTuple):
    """How one request object is made. ``managed`` is None where only the made object can tell."""

    provider: Recipe[Any]
    call: Callable[..., Any]
    args: tuple[Argument, ...]
    kwargs: tuple[tuple[str, Argument], ...]
    managed: bool | None


class Plan(NamedTuple):
    """The steps that end in one provider, and the edition of the recipes they were read from. No steps: no
    plan."""

    steps: tuple[Step, ...]
    edition: int

    def follow(self, building: Building) -> Any:
        """Make whatever is not there yet and return the last step's object."""
        objects = building.objects
        for provider, call, args, kwargs, managed in self.steps:
            if provider in objects:
                continue
            given = [objects[a] if s == FROM_SCOPE else a() if s == ASKED else a for s, a in args]
            if kwargs:
                named = {
                    n: objects[a] if s == FROM_SCOPE else a() if s == ASKED else a for n, (s, a) in kwargs
                }
                made = call(*given, **named)
            else:
                made = call(*given)
            objects[provider] = made
            if managed or (managed is None and hasattr(type(made), "__aexit__")):
                building.managed.setdefault(id(made), made)
        return objects[self.steps[-1].provider]


class _Unplannable(Exception):
    """Something a plan cannot write down."""


def draw_up(target: Recipe[Any]) -> Plan:
    """Return the plan below a request object; one without steps when it cannot be planned."""
    edition = Edition.number
    steps: dict[Recipe[Any], Step] = {}
    try:
        _write(target, steps, ())
    except _Unplannable:
        return Plan((), edition)
    return Plan(tuple(steps.values()), edition)


def _write(provider: Recipe[Any], steps: dict[Recipe[Any], Step], path: tuple[Recipe[Any], ...]) -> None:
    if provider in steps:
        return
    if provider in path or provider.last_overriding is not None or provider.attributes:
        raise _Unplannable
    path = (*path, provider)
    args = tuple(_argument(given, steps, path) for given in provider.args)
    kwargs = tuple((name, _argument(given, steps, path)) for name, given in provider.kwargs.items())
    by_class = isinstance(provider.product, type) and not isinstance(provider.provides, Through)
    managed = hasattr(provider.product, "__aexit__") if by_class else None
    steps[provider] = Step(provider, provider.call, args, kwargs, managed)


def _argument(given: Any, steps: dict[Recipe[Any], Step], path: tuple[Recipe[Any], ...]) -> Argument:
    if isinstance(given, Recipe) and given.lifetime == "request":
        _write(given, steps, path)
        return FROM_SCOPE, given
    if not isinstance(given, providers.Provider):
        return FIXED, given
    fixed = isinstance(given, Recipe | providers.Delegate) and given.last_overriding is None
    return (FIXED, given()) if fixed else (ASKED, given)
