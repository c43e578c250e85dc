"""The picture of a graph: which providers are shown, under which name, and what the arrows mean.

Declared providers become nodes, in declared order. What exists only as an argument (makers, doors, lists) is
drawn through: its arrows start at the node that holds it. So the picture is the container as its reader sees
it, the same on every run.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from dependency_injector.containers import Container
from dependency_injector.providers import Provider

from containers.kernel.graph import related, walk
from containers.kernel.opening import Later, Opener
from containers.kernel.providers import Input
from containers.kernel.recipe import Recipe, name_of

Kind = Literal["application", "request", "input"]
Meaning = Literal["needs", "via", "opens", "later"]


@dataclass(frozen=True, slots=True)
class Node:
    """One declared provider: its attribute name, its class, how long its objects live."""

    name: str
    product: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Arrow:
    """From a node to one it refers to: needs it, is made via it, opens scopes around it, or has it made
    later."""

    start: str
    end: str
    meaning: Meaning


@dataclass(frozen=True, slots=True)
class Picture:
    """Nodes in declared order and arrows in the order of arguments."""

    nodes: tuple[Node, ...]
    arrows: tuple[Arrow, ...]

    def below(self, name: str) -> tuple[Arrow, ...]:
        """Return the arrows that start at a node."""
        return tuple(arrow for arrow in self.arrows if arrow.start == name)


def picture(container: Container) -> Picture:
    """Read a container; nothing is built."""
    names = {named.provider: named.name for named in walk(container) if named.name in container.providers}
    nodes = tuple(Node(name, _product(provider), _kind(provider)) for provider, name in names.items())
    arrows = (
        Arrow(name, names[target], meaning)
        for provider, name in names.items()
        for target, meaning in _targets(provider, names, "needs")
    )
    return Picture(nodes, tuple(dict.fromkeys(arrow for arrow in arrows if arrow.start != arrow.end)))


def _targets(
    provider: Provider[Any], names: dict[Provider[Any], str], meaning: Meaning
) -> Iterator[tuple[Provider[Any], Meaning]]:
    inner: Meaning = (
        "opens" if isinstance(provider, Opener) else "later" if isinstance(provider, Later) else meaning
    )
    via = getattr(provider, "via", None)
    shown = (
        related(provider)[:1] if isinstance(provider, Opener) else related(provider)
    )  # a door's input is not its target
    for target in shown:
        reached: Meaning = "via" if target is via else inner
        if target in names:
            yield target, reached
        else:
            yield from _targets(target, names, reached)


def _kind(provider: Provider[Any]) -> Kind:
    if isinstance(provider, Input):
        return "input"
    return provider.lifetime if isinstance(provider, Recipe) else "application"


def _product(provider: Provider[Any]) -> str:
    if isinstance(provider, Recipe):
        return name_of(provider.product).rpartition("<locals>.")[2]
    return type(provider).__name__
