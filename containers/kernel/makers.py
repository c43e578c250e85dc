"""Makers: how a factory gets the right to build the one sealed class it is for, at the one moment that is
right.

The container gives a factory ``maker(cls)``. The maker works once for each object the container asks that
factory for, and refuses at any other time: a factory cannot make a second dispatcher on the side, not even
while a scope is being built.
"""

from typing import Any, Generic, TypeVar

from dependency_injector import providers

from containers.kernel.building import here
from containers.kernel.recipe import fixed_by_freeze
from services.errors import WiringError

T = TypeVar("T")


class Make(Generic[T]):
    """Calls the class for its factory; raises ``WiringError`` unless the container just asked for this
    object."""

    __slots__ = ("product",)

    def __init__(self, product: type[T]) -> None:
        self.product = product

    def __call__(self, *args: Any, **kwargs: Any) -> T:
        """Make the one object that was asked for."""
        building = here.building
        if building is None or building.making is not self.product:
            asked = getattr(self.product, "made_by", "the container")
            raise WiringError(
                f"{self.product.__qualname__} is not made on the side (user isolation): its factory makes "
                f"one when the container asks for it while a scope is being built; ask {asked}"
            )
        building.making = None
        made: T = type.__call__(self.product, *args, **kwargs)
        return made


@fixed_by_freeze
class Maker(providers.Object[Make[T]]):
    """The provider of a ``Make``; ``verify`` wants exactly one for each class that is made through a
    factory."""

    frozen = False

    @property
    def label(self) -> str:
        """How messages call it."""
        return f"the maker of {self.product.__qualname__}"

    @property
    def product(self) -> type[T]:
        """The class that is made."""
        assert self.provides is not None
        return self.provides.product


def maker(product: type[T]) -> Maker[T]:
    """Return what a factory is given to build ``product``."""
    return Maker(Make(product))
