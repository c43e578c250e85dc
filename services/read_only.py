"""Read-only copies of plain data: what goes in is copied, what comes out cannot be changed by accident.

Dicts and lists become subclasses that refuse every change, so they still compare, iterate and serialise like
plain ones; sets become frozen, byte arrays bytes. Any other object is deep-copied and stays as it is.
"""

import copy
import datetime as dt
import decimal
import fractions
import re
import types
import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NoReturn

# fmt: off
IMMUTABLE: frozenset[type] = frozenset({
    type(None), bool, int, float, complex, str, bytes, range, type, types.FunctionType,
    types.BuiltinFunctionType, types.EllipsisType, dt.date, dt.datetime, dt.time, dt.timedelta, dt.timezone,
    decimal.Decimal, fractions.Fraction, uuid.UUID, re.Pattern,
})
# fmt: on
"""Exact types whose values need no copy."""

_Memo = dict[int, tuple[Any, Any]]
# The original is kept beside its copy: a mapping that makes its values as they are read might reuse an id.


def _refuse(self: object, *_: object, **__: object) -> NoReturn:
    raise TypeError("this is a read-only view: copy it with copy.deepcopy and change the copy")


class ReadOnlyDict(dict[Any, Any]):
    """A dict that refuses changes; a deep copy or pickle of it is a plain dict."""

    __slots__ = ()

    __setitem__ = __delitem__ = __ior__ = clear = pop = popitem = setdefault = update = _refuse

    def __deepcopy__(self, memo: dict[int, Any]) -> dict[Any, Any]:
        copied: dict[Any, Any] = {}
        memo[id(self)] = copied
        copied.update({copy.deepcopy(key, memo): copy.deepcopy(value, memo) for key, value in self.items()})
        return copied

    def __reduce_ex__(self, _protocol: object) -> tuple[Any, ...]:
        return dict, (dict(self),)


class ReadOnlyList(list[Any]):
    """A list that refuses changes; a deep copy or pickle of it is a plain list."""

    __slots__ = ()

    __setitem__ = __delitem__ = __iadd__ = __imul__ = _refuse
    append = clear = extend = insert = pop = remove = reverse = sort = _refuse

    def __deepcopy__(self, memo: dict[int, Any]) -> list[Any]:
        copied: list[Any] = []
        memo[id(self)] = copied
        copied.extend(copy.deepcopy(item, memo) for item in self)
        return copied

    def __reduce_ex__(self, _protocol: object) -> tuple[Any, ...]:
        return list, (list(self),)


EMPTY = ReadOnlyDict()
"""Shared by everybody who has nothing: there is nothing in it to change."""


def read_only(mapping: Mapping[Any, Any]) -> ReadOnlyDict:
    """Return a deep read-only copy; cycles and repeated containers keep their shape.

    Raises whatever the copying of a value raises: ``TypeError`` for a lock, a socket or a generator,
    ``RecursionError`` for nesting deeper than the interpreter allows.
    """
    return _dict(mapping, {}) if mapping else EMPTY


def _copy(value: Any, memo: _Memo) -> Any:
    kind = type(value)
    if kind in IMMUTABLE:
        return value
    if id(value) in memo:
        return memo[id(value)][1]
    for types_, copied in _COPIES:
        if isinstance(value, types_):
            return copied(value, memo)
    return bytes(value) if kind is bytearray else copy.deepcopy(value)


def _dict(value: Mapping[Any, Any], memo: _Memo) -> ReadOnlyDict:
    copied = ReadOnlyDict()
    memo[id(value)] = value, copied
    for key, item in value.items():
        dict.__setitem__(copied, _copy(key, memo), _copy(item, memo))
    return copied


def _list(value: list[Any], memo: _Memo) -> ReadOnlyList:
    copied = ReadOnlyList()
    memo[id(value)] = value, copied
    for item in value:
        list.append(copied, _copy(item, memo))
    return copied


def _tuple(value: tuple[Any, ...], memo: _Memo) -> tuple[Any, ...]:
    items = tuple(_copy(item, memo) for item in value)
    make = getattr(type(value), "_make", tuple)
    copied: tuple[Any, ...] = make(items)
    return copied


def _set(value: Iterable[Any], memo: _Memo) -> frozenset[Any]:
    return frozenset(_copy(item, memo) for item in value)


_COPIES: tuple[tuple[Any, Callable[[Any, _Memo], Any]], ...] = (
    (list, _list),
    (Mapping, _dict),
    (set | frozenset, _set),
    (tuple, _tuple),
)
