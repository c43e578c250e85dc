"""The life of the application: every Shared object built at the start, entered in building order, left in
reverse.
"""

from collections.abc import Iterator
from typing import Any

from dependency_injector.containers import Container

from containers.kernel import Scope, Shared
from containers.kernel.graph import AnyProvider, needs, walk


class Lifespan(Scope[None]):
    """``async with`` around the life of one application; the rules of ``Scope`` hold, with ``grace`` for
    all of them together.

    Everything is built in the one synchronous step, so no first request pays for it and no two threads race
    for it.
    """

    __slots__ = ("_container",)

    def __init__(self, container: Container, grace: float) -> None:
        super().__init__(self._build, {}, grace)
        self._container = container

    def _build(self) -> None:
        for provider in _in_building_order(self._container):
            made = provider()
            if hasattr(type(made), "__aexit__"):
                self.managed.setdefault(id(made), made)


def _in_building_order(container: Container) -> list[Shared[Any]]:
    done: dict[AnyProvider, None] = {}

    def visit(provider: AnyProvider) -> Iterator[AnyProvider]:
        if provider not in done:
            for needed in needs(provider):
                yield from visit(needed)
            done[provider] = None
            yield provider

    everything = (provider for named in walk(container) for provider in visit(named.provider))
    return [provider for provider in everything if isinstance(provider, Shared)]
