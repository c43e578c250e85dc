"""The graph as data: every provider of a container, by name, in declared order; and what each one leads to.

dependency-injector's own ``traverse()`` walks a set, so its order changes from run to run; nothing here uses
it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from dependency_injector.containers import Container
from dependency_injector.providers import Delegate, Provider, Self

AnyProvider = Provider[Any]


@dataclass(frozen=True, slots=True)
class Named:
    """A provider and how messages call it: its attribute in the container, or its owner's name and its
    kind."""

    name: str
    provider: AnyProvider


def walk(container: Container) -> Iterator[Named]:
    """Yield every provider once: the declared ones in order, then those that exist as arguments only."""
    declared = [(name, p) for name, p in container.providers.items() if not isinstance(p, Self)]
    seen: set[AnyProvider] = set()
    todo = [Named(name, provider) for name, provider in declared]
    for named in todo:
        if named.provider in seen:
            continue
        seen.add(named.provider)
        yield named
        todo.extend(Named(f"{named.name}'s {type(p).__name__}", p) for p in related(named.provider))


def related(provider: AnyProvider) -> tuple[AnyProvider, ...]:
    """Return what a provider refers to directly, in the order of its arguments."""
    return tuple(provider.related)


def needs(provider: AnyProvider) -> tuple[AnyProvider, ...]:
    """Return what must be built before this: a ``Delegate`` only names its provider and needs nothing."""
    return () if isinstance(provider, Delegate) else related(provider)


def reach(*roots: AnyProvider) -> set[AnyProvider]:
    """Return the roots and everything they lead to, delegates included."""
    seen: set[AnyProvider] = set()
    todo = list(roots)
    while todo:
        if (provider := todo.pop()) not in seen:
            seen.add(provider)
            todo.extend(related(provider))
    return seen
