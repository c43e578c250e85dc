"""Sealed classes: which classes only the container may build.

The metaclass refuses construction, copying and pickling. The container's providers get past it; anything else that tries is told
whom to ask. Type checkers that honour a metaclass call (pyright) report a direct construction before it runs.
"""

from abc import ABCMeta
from typing import TYPE_CHECKING, Any, NoReturn

from services.errors import WiringError

if TYPE_CHECKING:
    from typing import Never


def _refuse_copy(self: object, protocol: object) -> NoReturn:
    raise WiringError(f"{type(self).__qualname__} cannot be copied or pickled: one scope, one object (user isolation)")


class Sealed(ABCMeta):
    """Metaclass of guarded classes; ``made_by`` says in the refusal who builds them instead.

    A subclass is sealed too and inherits ``made_by``.
    """

    made_by: str

    def __new__(
        mcls, name: str, bases: tuple[type, ...], namespace: dict[str, Any], made_by: str | None = None
    ) -> "Sealed":
        """Make the class refuse copies."""
        namespace.setdefault("__reduce_ex__", _refuse_copy)
        cls = super().__new__(mcls, name, bases, namespace)
        if made_by is not None:
            cls.made_by = made_by
        elif not hasattr(cls, "made_by"):
            cls.made_by = "the container"
        return cls

    def __init__(
        cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any], made_by: str | None = None
    ) -> None:
        super().__init__(name, bases, namespace)

    if TYPE_CHECKING:

        def __call__(cls, only_the_container_builds_this: "Never", /) -> "Never": ...  # type: ignore[override]

    else:

        def __call__(cls, *args: object, **kwargs: object) -> NoReturn:
            raise WiringError(
                f"{cls.__qualname__} is not constructed directly (user isolation): ask {cls.made_by}"
            )
