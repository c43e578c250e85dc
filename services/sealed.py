"""Sealed classes: which classes only the container may build.

The metaclass refuses construction, copying and pickling, of subclasses too. The container's providers get
past it; anything else is told whom to ask. Type checkers that honour a metaclass's call (pyright does, mypy
does not) report a direct construction before it runs.
"""

from abc import ABCMeta
from typing import TYPE_CHECKING, Any, NoReturn

from services.errors import WiringError

if TYPE_CHECKING:
    from typing import Never


def _refuse_copy(self: object, protocol: object = None, /) -> NoReturn:
    raise WiringError(
        f"{type(self).__qualname__} cannot be copied or pickled: one scope, one object (user isolation)"
    )


_COPIES = ("__copy__", "__deepcopy__", "__reduce__", "__reduce_ex__")


class Sealed(ABCMeta):
    """Metaclass of guarded classes; ``made_by`` says in the refusal who builds them instead.

    A subclass is sealed too and inherits ``made_by``; it cannot give copies back.
    """

    made_by: str

    def __new__(
        mcls, name: str, bases: tuple[type, ...], namespace: dict[str, Any], made_by: str | None = None
    ) -> "Sealed":
        """Make the class; raises ``WiringError`` when it defines a way to copy its objects."""
        if own := [copy for copy in _COPIES if namespace.get(copy, _refuse_copy) is not _refuse_copy]:
            raise WiringError(
                f"{name} defines {', '.join(own)}, but objects of a sealed class are not copied"
            )
        cls = super().__new__(mcls, name, bases, {**namespace, **dict.fromkeys(_COPIES, _refuse_copy)})
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

        def __call__(cls, only_the_container_builds_this: Never, /) -> Never:
            """Report every direct call: nothing can be passed here."""
            ...

    else:

        def __call__(cls, *args: object, **kwargs: object) -> NoReturn:
            """Refuse."""
            raise WiringError(
                f"{cls.__qualname__} is not constructed directly (user isolation): ask {cls.made_by}"
            )
