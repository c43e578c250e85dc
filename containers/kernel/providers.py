"""The three kinds of provider: Shared lives as long as the application, Scoped as long as one scope, Input
comes from outside.

They are dependency-injector's ``Singleton`` and ``Factory``, extended where it lets one: ``set_provides``
decides what is called, ``__call__`` decides when.
"""

from collections.abc import Callable
from typing import Any, ClassVar, Final, Generic, Literal, NoReturn, Self, TypeVar, cast

from dependency_injector import providers

from containers.kernel.building import here
from containers.kernel.plan import Plan, draw_up
from containers.kernel.recipe import Edition, Given, Recipe, Through, fixed_by_freeze
from services.errors import WiringError

T = TypeVar("T")

_MISSING: Final = object()


@fixed_by_freeze
class Shared(Recipe[T], providers.Singleton[T]):
    """One object per application. Build them all at boot: the first call is not safe against threads."""

    lifetime: ClassVar[Literal["application", "request"]] = "application"

    def __init__(self, provides: type[T] | Callable[..., T] | None = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(provides, *args, **kwargs)
        self.disable_async_mode()  # undecided, every call would test for awaitables

    def give(self, value: T) -> None:
        """Use a value that exists already, such as the settings a boot was started with; it is no override.

        Raises ``WiringError`` when the value is not of the provider's class, and after the freeze.
        """
        if isinstance(self.product, type) and not isinstance(value, self.product):
            raise WiringError(f"{self.label} is wanted, {type(value).__qualname__} was given")
        self.set_args()
        self.set_kwargs()
        self.set_provides(Given(self.product, value))
        self.reset()


@fixed_by_freeze
class Scoped(Recipe[T], providers.Factory[T]):
    """One object per scope. Outside of a building step the call raises: the container is no service locator.

    With ``via=factory`` the object comes out of that Shared factory's ``build(...)``, which gets the
    arguments.
    """

    lifetime: ClassVar[Literal["application", "request"]] = "request"
    _plan: Plan | None = None

    def __init__(
        self,
        provides: type[T] | Callable[..., T] | None = None,
        *args: Any,
        via: Shared[Any] | None = None,
        **kwargs: Any,
    ) -> None:
        if via is None:
            super().__init__(provides, *args, **kwargs)
        else:
            super().__init__(Through(provides), via, *args, **kwargs)
        self.disable_async_mode()

    @property
    def via(self) -> Any:
        """The provider of the factory, or None."""
        return self.args[0] if isinstance(self.provides, Through) else None

    def __call__(self) -> T:  # type: ignore[override] # arguments would make two objects of a scope differ
        """Return this scope's object, made now if it is not there yet."""
        building = here.building
        if building is None:
            raise WiringError(
                f"{self.label} lives in a request scope and none is being built here: "
                "take it as a constructor argument, or open a scope"
            )
        made = building.objects.get(self, _MISSING)
        if made is not _MISSING:
            return cast("T", made)
        if building.planned:
            plan = self._plan
            if plan is None or plan.edition != Edition.number:
                plan = self._plan = draw_up(self)
            if plan.steps:
                return cast("T", plan.follow(building))
        made = building.objects[self] = (
            super().__call__()
        )  # an override's object, if there is one, is remembered alike
        if hasattr(type(made), "__aexit__"):
            building.managed.setdefault(id(made), made)
        return made


class Input(Scoped[T], Generic[T]):
    """A value that the opener of a scope hands in; nothing makes one."""

    wanted: Any = object

    def __init__(self, provides: type[T] | Callable[..., T] | None = None) -> None:
        super().__init__(provides)

    def set_provides(self, provides: Any) -> Self:
        """Set the class that the value must be of; a Protocol accepts every value."""
        super().set_provides(self._refuse)
        self._provides = self.product = provides
        plain = isinstance(provides, type) and not getattr(provides, "_is_protocol", False)
        self.wanted = provides if plain else object
        return self

    def _refuse(self) -> NoReturn:
        raise WiringError(f"{self.label} is an input, and whoever opened this scope did not give one")
