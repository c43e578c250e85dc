"""What of a context may be exported: plain copies, secrets redacted, other objects named by their type."""

from collections.abc import Mapping
from typing import Any

from services.read_only import IMMUTABLE
from services.sanitising import DEEPEST, REDACTED
from services.secret_keys import is_secret_key


def exported(value: Any) -> Any:
    """Return a copy made of plain values: changing it changes nothing, and no session or secret is in it.

    What lies deeper than 64 levels is redacted.
    """
    return _plain(value, DEEPEST)


def _plain(value: Any, depth: int) -> Any:
    if not depth:
        return REDACTED
    if isinstance(value, Mapping):
        return {key: _entry(key, item, depth - 1) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item, depth - 1) for item in value]
    if isinstance(value, tuple):
        return tuple(_plain(item, depth - 1) for item in value)
    if isinstance(value, set | frozenset):
        return {_plain(item, depth - 1) for item in value}
    return value if type(value) in IMMUTABLE and not callable(value) else f"<{type(value).__name__}>"


def _entry(key: Any, value: Any, depth: int) -> Any:
    return REDACTED if is_secret_key(key) else _plain(value, depth)
