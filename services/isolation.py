"""Isolation: which mutable values two live objects share, looked for only when somebody asks.

The walk follows containers, attributes, slots and closures; classes, modules and enum members end it.
"""

import functools
import types
import weakref
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from datetime import tzinfo
from enum import Enum
from pathlib import PurePath
from typing import Any, Generic, TypeVar

from services.read_only import EMPTY, IMMUTABLE

T = TypeVar("T")

# fmt: off
_ATOMS = (type, types.ModuleType, Enum, tzinfo, PurePath, weakref.ref)
_SEEN_THROUGH = (
    tuple, frozenset, types.FunctionType, types.MethodType, types.BuiltinFunctionType, types.MappingProxyType,
    functools.partial,
)
# fmt: on


class Live(Generic[T]):
    """A weak set of the objects that are alive: adding costs one weak reference and keeps nothing alive."""

    def __init__(self) -> None:
        self._references: set[weakref.ref[T]] = set()

    def add(self, item: T) -> None:
        """Remember the object until it dies. Safe from any thread."""
        self._references.add(weakref.ref(item, self._references.discard))

    def __len__(self) -> int:
        return len(self._references)

    def __iter__(self) -> Iterator[T]:
        # The copy is one step of the interpreter, so other threads may add and let go meanwhile.
        for reference in self._references.copy():
            item = reference()
            if item is not None:
                yield item


def mutable_values(roots: Iterable[tuple[str, Any]]) -> dict[int, str]:
    """Return the identity of each mutable value reachable from the named roots, and a path to it."""
    found: dict[int, str] = {}
    seen: set[int] = set()
    stack = list(roots)
    while stack:
        path, value = stack.pop()
        if id(value) in seen or is_atom(value):
            continue
        seen.add(id(value))
        if not _frozen(value):
            found[id(value)] = path
        stack.extend(_parts(path, value))
    return found


def is_atom(value: Any) -> bool:
    """Return whether the value can neither change nor lead to anything that can."""
    if type(value) in IMMUTABLE:
        return not isinstance(value, types.FunctionType | types.BuiltinFunctionType)
    return value is EMPTY or isinstance(value, _ATOMS)


def _frozen(value: Any) -> bool:
    made_frozen = getattr(type(value), "__dataclass_params__", None)
    return isinstance(value, _SEEN_THROUGH) or (made_frozen is not None and made_frozen.frozen)


def _parts(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield f"{path} key", key
            yield f"{path}[{key!r:.40}]", item
    elif isinstance(value, list | tuple | set | frozenset | deque):
        for index, item in enumerate(value):
            yield f"{path}[{index}]", item
    elif isinstance(value, types.BuiltinFunctionType):
        yield f"{path}.__self__", value.__self__
    elif isinstance(value, types.FunctionType):
        yield from ((f"{path} closure", content) for content in _closure(value))
    yield from _attributes(path, value)


def _closure(function: types.FunctionType) -> Iterator[Any]:
    for cell in function.__closure__ or ():
        try:
            yield cell.cell_contents
        except ValueError:  # not filled yet
            continue


def _attributes(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    for name, item in getattr(value, "__dict__", {}).items():
        yield f"{path}.{name}", item
    if isinstance(value, types.FunctionType):
        return  # its slots lead to the globals of its module
    for kind in type(value).__mro__:
        for name, member in vars(kind).items():
            if isinstance(member, types.MemberDescriptorType):
                yield f"{path}.{name}", _slot(member, value)


def _slot(member: types.MemberDescriptorType, value: Any) -> Any:
    try:
        return member.__get__(value, type(value))
    except AttributeError:  # never set
        return None
