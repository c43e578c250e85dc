"""Which JSON is accepted from outside: RFC 8259 without its soft spots, in bodies and on sockets.

Refused are NaN and infinities, lone surrogates, duplicate keys, the character U+0000 (databases cannot keep
it), integers beyond 64 bits (they would silently become floats) and nesting deeper than 64 levels (tools
walk what they are given).
"""

import json
from collections.abc import Iterator
from typing import Any

import orjson

MAX_DEPTH = 64
_SAFE_DIGITS = 18


class MalformedJSON(ValueError):
    """The text is no JSON that is accepted here; the message says why and shows none of it."""


def parse(data: bytes | str) -> Any:
    """Return the value; raises ``MalformedJSON``."""
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise MalformedJSON(f"{error.msg} at character {error.pos}") from None
    _check_values(value)
    json.loads(data, object_pairs_hook=_unique, parse_int=_bounded)
    return value


def _check_values(value: Any) -> None:
    pending = [iter((value,))]
    while pending:
        for item in pending[-1]:
            if isinstance(item, str):
                if "\0" in item:
                    raise MalformedJSON("the character U+0000 is not accepted: leave it out")
            elif isinstance(item, (dict, list)):
                if len(pending) > MAX_DEPTH:
                    raise MalformedJSON(f"nested deeper than {MAX_DEPTH} levels")
                pending.append(_parts(item))
                break
        else:
            pending.pop()


def _parts(item: dict[str, Any] | list[Any]) -> Iterator[Any]:
    if isinstance(item, list):
        yield from item
    else:
        yield from item
        yield from item.values()


def _unique(pairs: list[tuple[str, Any]]) -> None:
    if len({key for key, _ in pairs}) < len(pairs):
        raise MalformedJSON("an object names one key twice")


def _bounded(digits: str) -> int:
    if len(digits) > _SAFE_DIGITS and not (len(digits) <= 20 and -(2**63) <= int(digits) < 2**63):
        raise MalformedJSON("a number is beyond 64 bits: send it as text")
    return 0
