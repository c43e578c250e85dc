"""Arguments: whether what a provider passes fits the signature of what it calls.

Type checkers cannot see it, since providers take any arguments. So the signature is bound and each
argument's class is held against its type hint, also where hints are strings. What cannot be known here (a
TypeVar, a Literal) is taken on trust.
"""

import inspect
from collections.abc import Callable, Iterator
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from dependency_injector import providers

from containers.kernel.graph import related
from containers.kernel.makers import Make, Maker
from containers.kernel.recipe import Given, Recipe, Through, name_of


def argument_faults(provider: Recipe[Any]) -> Iterator[str]:
    """Yield what is wrong between the provider's arguments and the parameters they are for."""
    if isinstance(provider.provides, Given):
        return
    if missing := ", ".join(sorted(getattr(provider.product, "__abstractmethods__", ()))):
        yield f"{provider.label} is abstract ({missing}): name a class that implements it"
        return
    call, args = _call(provider)
    if call is None:
        yield f"{provider.label} has no maker: name a class, or a factory class with a build method"
        return
    signature = _signature(call)
    try:
        bound = signature.bind(*args, **provider.kwargs)
    except TypeError as error:
        yield f"{error}: the signature is {name_of(call)}{signature}"
        return
    if bound.arguments:
        yield from _misfits(call, bound)


def product_class(provider: object) -> type | None:
    """Return the class of what a provider gives, or of a plain argument; None when it cannot be known."""
    if isinstance(provider, Maker):
        return Make
    if isinstance(provider, Recipe):
        product = provider.product
        return product if isinstance(product, type) else _plain(_hints(product).get("return", Any))
    if isinstance(provider, providers.AttributeGetter):
        owner = product_class(related(provider)[0])
        return None if owner is None else _plain(_hints(owner).get(provider.name or "", Any))
    if isinstance(provider, providers.ProvidedInstance):
        return product_class(related(provider)[0])
    if isinstance(provider, providers.Object):
        return type(provider.provides)
    return None if isinstance(provider, providers.Provider) else type(provider)


def fits(given: type, hint: Any) -> bool:
    """Return whether an object of a class may be passed where the hint stands; True when that is
    unknowable."""
    origin = get_origin(hint)
    if origin in {Union, UnionType}:
        return any(fits(given, member) for member in get_args(hint))
    if origin is Annotated:
        return fits(given, get_args(hint)[0])
    wanted = NoneType if hint is None else origin or hint
    if not isinstance(wanted, type) or wanted in {Any, object}:
        return True
    if getattr(wanted, "_is_protocol", False):
        return all(hasattr(given, name) for name, member in vars(wanted).items() if _is_promise(name, member))
    return issubclass(given, wanted) or (wanted is float and issubclass(given, int))


def _is_promise(name: str, member: object) -> bool:
    return inspect.isfunction(member) and (name == "__call__" or not name.startswith("_"))


def _call(provider: Recipe[Any]) -> tuple[Callable[..., Any] | None, tuple[Any, ...]]:
    """Return the function that is called in the end, and the positional arguments it gets."""
    product, args = provider.product, provider.args
    if isinstance(provider.provides, Through):
        return getattr(product_class(args[0]), "build", None), args[1:]
    if isinstance(product, type):
        return _maker_of(product), args
    return product, args


def _maker_of(product: type) -> Callable[..., Any]:
    found: dict[str, Callable[..., Any]] = {}
    for base in product.__mro__:
        for name in {"__init__", "__new__"} & vars(base).keys():
            found.setdefault(name, getattr(base, name))
    made_by_new = found["__init__"] is object.__init__ and found["__new__"] is not object.__new__
    return found["__new__" if made_by_new else "__init__"]


def _signature(call: Callable[..., Any]) -> inspect.Signature:
    """Return the signature without the parameter that the language fills."""
    if call is object.__init__:
        return inspect.Signature()
    signature = inspect.signature(call)
    is_method = inspect.isfunction(call) and "." in call.__qualname__.rpartition("<locals>.")[2]
    own = list(signature.parameters.values())
    return signature.replace(parameters=own[1:]) if is_method else signature


def _misfits(call: Callable[..., Any], bound: inspect.BoundArguments) -> Iterator[str]:
    try:
        hints = _hints(call)
    except NameError as error:
        yield f"{name_of(call)}: the type hint {error.name!r} is unknown: import it outside TYPE_CHECKING"
        return
    for name, value in bound.arguments.items():
        hint = hints.get(name, Any)
        for given in _spread(bound.signature.parameters[name], value):
            made = product_class(given)
            if made is not None and not fits(made, hint):
                yield f"{name} wants {_shown(hint)}, gets {made.__qualname__}"


def _spread(parameter: inspect.Parameter, value: Any) -> tuple[Any, ...]:
    if parameter.kind is parameter.VAR_POSITIONAL:
        return tuple(value)
    return tuple(value.values()) if parameter.kind is parameter.VAR_KEYWORD else (value,)


def _hints(call: Any) -> dict[str, Any]:
    """Return the resolved type hints; raises ``NameError`` for one that cannot be resolved."""
    annotated = inspect.isroutine(call) or isinstance(call, type)
    return get_type_hints(call if annotated else type(call).__call__)


def _plain(hint: Any) -> type | None:
    origin = get_origin(hint) or hint
    return origin if isinstance(origin, type) and origin not in {Union, UnionType} else None


def _shown(hint: Any) -> str:
    return hint.__qualname__ if isinstance(hint, type) else str(hint)
