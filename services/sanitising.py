"""What of a value may be seen where: secrets are hidden everywhere, long values are cut in events and logs.

The rules are the protocol's (version 1, section 3). All functions take JSON values, return new ones and
change nothing.
"""

import re
from typing import Any

from services.secret_keys import is_secret_key

REDACTED = "[REDACTED]"
PARAMETER_CHARACTERS = 200
RESULT_CHARACTERS = 500
LIST_ITEMS = 10
ERROR_CHARACTERS = 300
DEEPEST = 64

_PATH = re.compile(r"(?:[A-Za-z]:\\|\\\\|/)(?:[\w.@~+-]+[\\/])+[\w.@~+-]*")


def redacted(value: Any) -> Any:
    """Return the value with the content of secret keys replaced; nothing is cut."""
    return _walk(value, None, DEEPEST)


def shown_parameters(value: Any) -> Any:
    """Return the value as the event field ``parameters`` shows it."""
    return _walk(value, PARAMETER_CHARACTERS, DEEPEST)


def shown_result(value: Any) -> Any:
    """Return the value as the event field ``result`` of a tool or subagent shows it."""
    return _walk(value, RESULT_CHARACTERS, DEEPEST)


def shown_error(text: str) -> str:
    """Return error text without file paths, at most 300 characters."""
    return _cut(_PATH.sub("[path]", text), ERROR_CHARACTERS - 3)


def _walk(value: Any, longest: int | None, depth: int) -> Any:
    if isinstance(value, str):
        return value if longest is None else _cut(value, longest)
    if isinstance(value, dict):
        if not depth:
            return REDACTED
        return {
            key: REDACTED if is_secret_key(key) else _walk(item, longest, depth - 1)
            for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return _list(value, longest, depth)
    return value


def _list(value: list[Any] | tuple[Any, ...], longest: int | None, depth: int) -> Any:
    if not depth:
        return REDACTED
    if longest is None or len(value) <= LIST_ITEMS:
        return [_walk(item, longest, depth - 1) for item in value]
    return [*(_walk(item, longest, depth - 1) for item in value[:LIST_ITEMS]), "...(truncated)"]


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[:longest] + "..."
