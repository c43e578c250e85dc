"""Recipes: what every provider of the kernel is, whatever the lifetime of its objects.

A recipe knows its product, is the one way past the seal of a ``Sealed`` class, and refuses every change once
frozen.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial, wraps
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal, Self, TypeVar

from dependency_injector import providers

from containers.kernel.building import here
from services.errors import WiringError
from services.sealed import Sealed

T = TypeVar("T")
C = TypeVar("C", bound=type)

_CHANGES: Final = (
    *("override", "reset_override", "reset_last_overriding", "set_provides", "give", "reset", "full_reset"),
    *(f"{verb}_{what}" for verb in ("add", "set", "clear") for what in ("args", "kwargs", "attributes")),
)


class Edition:
    """Counts the changes to any recipe of the process, so that what was worked out before one is not used
    after it."""

    number: ClassVar = 0


def fixed_by_freeze(cls: C) -> C:
    """Wrap every method that would change what a provider gives: counted before the freeze, refused after
    it."""
    for name in _CHANGES:
        if method := getattr(cls, name, None):
            setattr(cls, name, _change(name, method))
    return cls


def _change(name: str, method: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def change(self: Any, *args: Any, **kwargs: Any) -> Any:
        if self.frozen:
            raise WiringError(
                f"{self.label}: {name}() is refused, the container is frozen; tests use an unfrozen container"
            )
        Edition.number += 1
        return method(self, *args, **kwargs)

    return change


@dataclass(frozen=True, slots=True)
class Through:
    """Makes ``product`` by asking a factory: ``factory.build(...)``, and never the class itself."""

    product: Any

    def __call__(self, factory: Any, *args: Any, **kwargs: Any) -> Any:
        """Have the factory build; its maker works until it was used once."""
        building = here.building
        assert building is not None, (
            "only a Scoped provider calls this, and it builds in a building step only"
        )
        outer, building.making = building.making, self.product
        try:
            return factory.build(*args, **kwargs)
        finally:
            building.making = outer


@dataclass(frozen=True, slots=True)
class Given:
    """Gives a value that exists already where an object of ``product`` is wanted."""

    product: Any
    value: Any

    def __call__(self) -> Any:
        """Return the value."""
        return self.value


def name_of(product: object) -> str:
    """Return how errors and diagrams call what a provider makes."""
    return getattr(product, "__qualname__", None) or repr(product)


class Recipe(providers.Provider[T]):
    """A provider with one product and one lifetime. ``call`` makes the product, past its seal if it has
    one."""

    lifetime: ClassVar[Literal["application", "request"]]
    product: Any = None
    call: Any = None
    frozen = False
    _provides: Any = None

    if TYPE_CHECKING:  # what Singleton and Factory have in common, and Provider has not

        @property
        def args(self) -> tuple[Any, ...]:
            """Positional arguments."""
            ...

        @property
        def kwargs(self) -> dict[str, Any]:
            """Keyword arguments."""
            ...

        @property
        def attributes(self) -> dict[str, Any]:
            """Attributes set after construction."""
            ...

    def set_provides(self, provides: Any) -> Self:
        """Set the class or function; of a sealed class this provider becomes a way past the seal."""
        self._provides = provides
        self.product = provides.product if isinstance(provides, Through | Given) else provides
        self.call = partial(type.__call__, provides) if isinstance(provides, Sealed) else provides
        # The next base in the order of resolution, Singleton or Factory, has it; Provider has not.
        super().set_provides(self.call)  # type: ignore[misc] # pyright: ignore[reportAttributeAccessIssue]
        return self

    @property
    def provides(self) -> Any:
        """What was set, before any way past a seal; copies of the container are made from it."""
        return self._provides

    @property
    def label(self) -> str:
        """The product's name."""
        return name_of(self.product)
