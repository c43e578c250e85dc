"""The freeze: after it nothing can change what a container gives. Production freezes at the end of its boot,
tests never."""

from dependency_injector.containers import Container

from containers.kernel.graph import walk
from containers.kernel.makers import Maker
from containers.kernel.recipe import Recipe


def freeze(container: Container) -> None:
    """Close both doors, ``provider.override()`` and a scope's ``overrides``; inputs stay giveable. Twice is
    fine."""
    for named in walk(container):
        if isinstance(named.provider, Recipe | Maker):
            named.provider.frozen = True
