"""Verification: whether the graph keeps its promises, asked once at boot and answered with every fault in
one message.

Each check reads the whole graph and yields faults that name the provider and the cure. The process must not
start on any.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from dependency_injector import providers
from dependency_injector.containers import Container

from containers.kernel.arguments import argument_faults, product_class
from containers.kernel.graph import AnyProvider, Named, needs, related, walk
from containers.kernel.makers import Maker
from containers.kernel.opening import Later, Opener
from containers.kernel.providers import Input, Scoped, Shared
from containers.kernel.recipe import Recipe
from services.errors import WiringError
from services.sealed import Sealed

_BUILDERS = (providers.Factory, providers.BaseSingleton, providers.Callable, providers.BaseResource)


@dataclass(frozen=True, slots=True)
class Graph:
    """What the checks read: every provider by name, the names declared in the container, and the roles to
    fill."""

    found: tuple[Named, ...]
    declared: frozenset[str]
    roles: tuple[type, ...]

    def name(self, provider: AnyProvider) -> str:
        """Return how messages call a provider."""
        return next(named.name for named in self.found if named.provider is provider)


Check = Callable[[Graph], Iterator[str]]


def verify(container: Container, roles: Sequence[type] = ()) -> None:
    """Raise ``WiringError`` listing every fault of the graph; ``roles`` are the classes that exactly one
    provider fills.

    May be called at any time and any number of times; nothing is built.
    """
    graph = Graph(tuple(walk(container)), frozenset(container.providers), tuple(roles))
    faults = list(dict.fromkeys(fault for check in CHECKS for fault in check(graph)))
    if faults:
        count = f"{len(faults)} fault{'s' if len(faults) > 1 else ''}"
        raise WiringError(f"the container has {count}:\n" + "\n".join(f"  - {fault}" for fault in faults))


def overridden(graph: Graph) -> Iterator[str]:
    """An override that was left behind."""
    for named in graph.found:
        if named.provider.last_overriding is not None:
            yield f"{named.name} is overridden: reset the override before the boot"


def foreign_kinds(graph: Graph) -> Iterator[str]:
    """A provider that builds without the kernel's rules, or that the freeze could not hold."""
    for named in graph.found:
        if isinstance(named.provider, Recipe | Maker | providers.Dependency):
            continue
        if isinstance(named.provider, _BUILDERS):
            yield (
                f"{named.name} is a {type(named.provider).__name__}, which makes any number of objects: "
                "use Shared, Scoped or Input"
            )
        elif named.name in graph.declared:
            yield (
                f"{named.name} is a {type(named.provider).__name__}, which no freeze holds: "
                "use Shared, and its give(value) for a value that exists already"
            )


def undefined(graph: Graph) -> Iterator[str]:
    """A ``Dependency`` that nothing fills."""
    for named in graph.found:
        if isinstance(named.provider, providers.Dependency) and not named.provider.is_defined:
            yield f"{named.name} is an undefined Dependency: declare a provider for it"


def cycles(graph: Graph) -> Iterator[str]:
    """Providers that need each other before either can be built; each cycle is told once."""
    done: set[AnyProvider] = set()

    def search(provider: AnyProvider, path: list[AnyProvider]) -> Iterator[str]:
        if provider in path:
            names = [graph.name(step) for step in [*path[path.index(provider) :], provider]]
            yield (
                f"{names[0]} needs itself ({' -> '.join(names)}): "
                "break the cycle, or hand one over by Opener or Later"
            )
        elif provider not in done:
            for needed in needs(provider):
                yield from search(needed, [*path, provider])
            done.add(provider)

    for named in graph.found:
        yield from search(named.provider, [])


def captives(graph: Graph) -> Iterator[str]:
    """An application object that would keep a request object alive, and show it to the next request."""
    for named in graph.found:
        if isinstance(named.provider, Shared):
            for held in _held(named.provider):
                yield (
                    f"{named.name} lives as long as the application and holds {graph.name(held)}, "
                    "which lives in a request scope: make the holder Scoped, or give it an Opener"
                )


def _held(provider: AnyProvider) -> Iterator[AnyProvider]:
    for needed in needs(provider):
        if isinstance(needed, Scoped):
            yield needed
        elif not isinstance(needed, Shared):  # a Shared one answers for itself
            yield from _held(needed)


def one_provider_each(graph: Graph) -> Iterator[str]:
    """A role or a sealed class without its one provider, or with a second."""
    made = [(named.name, _made(named.provider)) for named in graph.found]
    sealed = (product for _, product in made if isinstance(product, Sealed))
    for wanted in dict.fromkeys((*graph.roles, *sealed)):
        names = [name for name, product in made if product and issubclass(product, wanted)]
        if not names:
            yield f"{wanted.__qualname__} has no provider: declare one"
        if len(names) > 1:
            yield f"{wanted.__qualname__} has {len(names)} providers ({', '.join(names)}): keep one"


def _made(provider: AnyProvider) -> type | None:
    try:
        return product_class(provider) if isinstance(provider, Recipe) else None
    except NameError:
        return None  # a function whose return hint is unknown; its arguments are faulted for the same reason


def makers(graph: Graph) -> Iterator[str]:
    """A class made through a factory whose factory cannot make it, or a maker that somebody else holds."""
    wanted: dict[Maker[Any], str] = {}
    for named in graph.found:
        if isinstance(named.provider, Scoped) and named.provider.via is not None:
            label, factory = named.provider.label, named.provider.via
            held = [
                p for p in related(factory) if isinstance(p, Maker) and p.product is named.provider.product
            ]
            wanted |= dict.fromkeys(held, named.name)
            if len(held) != 1:
                yield (
                    f"{named.name} is made through {graph.name(factory)}, which holds {len(held)} makers "
                    f"of {label}: give it one maker({label})"
                )
    for named in graph.found:
        if isinstance(named.provider, Maker) and named.provider not in wanted:
            label = named.provider.product.__qualname__
            yield f"{named.name} could make a second {label}: only the factory named by via= holds one"


def arguments(graph: Graph) -> Iterator[str]:
    """Arguments that are missing, superfluous or of the wrong class."""
    for named in graph.found:
        if isinstance(named.provider, Recipe) and not isinstance(named.provider, Input | Opener | Later):
            for fault in argument_faults(named.provider):
                yield f"{named.name}: {fault}"


CHECKS: tuple[Check, ...] = (
    overridden,
    foreign_kinds,
    undefined,
    cycles,
    captives,
    one_provider_each,
    makers,
    arguments,
)
