"""How large a result may be, and what becomes of one that is larger or is no JSON at all.

The value handed on is a copy made from its JSON text, so a tool that changes it afterwards changes nothing.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import anyio.to_thread
from pydantic_core import PydanticSerializationError, from_json, to_json

from services.sanitising import redacted

LARGE = 262_144
"""Characters or bytes from which on the work is done in a thread, so that the loop does not wait."""

MANY = 1_000
"""Parts of a value from which on the same holds; a value that holds itself reaches it too."""


class Unserialisable(Exception):
    """A result holds something that has no JSON form, or holds itself."""


class Bounded(NamedTuple):
    """``value`` for the caller, ``stored`` (secrets hidden) for the owner's record; ``size`` in bytes of
    JSON.
    """

    value: Any
    stored: Any
    size: int
    cut: bool


@dataclass(frozen=True, slots=True)
class ResultBounds:
    """``passed`` bytes are handed on, ``kept`` bytes are kept for the owner."""

    passed: int
    kept: int

    async def bound(self, value: Any) -> Bounded:
        """Return the bounded value; raises ``Unserialisable``. Safe to cancel."""
        if (
            value is None
            or value is True
            or value is False
            or (type(value) is int and -(2**63) < value < 2**63)
        ):
            return Bounded(value, value, 8, cut=False)
        if _looks_large(value):
            return await anyio.to_thread.run_sync(self.bound_now, value, abandon_on_cancel=True)
        return self.bound_now(value)

    def bound_now(self, value: Any) -> Bounded:
        """Do the work in this thread."""
        try:
            text = to_json(value, inf_nan_mode="strings")
            size = len(text)
            if size <= self.passed:
                copy = from_json(text)
                return Bounded(copy, redacted(copy), size, cut=False)
            stored = redacted(from_json(text)) if size <= self.kept else _head(text, self.kept, size)
            return Bounded(_head(text, self.passed, size), stored, size, cut=True)
        except (PydanticSerializationError, ValueError, RecursionError) as error:
            raise Unserialisable(f"the result cannot be written as JSON: {_reason(error)}") from error


def _head(text: bytes, cap: int, size: int) -> Any:
    """A text is cut as a text; anything else becomes the beginning of its JSON, and says so."""
    if text.startswith(b'"'):
        whole: str = from_json(text)
        return whole.encode()[:cap].decode(errors="ignore")
    return {"truncated": True, "bytes": size, "head": text[:cap].decode(errors="ignore")}


def _looks_large(value: Any) -> bool:
    """Look at no more than a few hundred parts."""
    parts, seen = [value], 0
    while parts:
        part = parts.pop()
        seen += 1
        if isinstance(part, str | bytes | bytearray):
            if len(part) > LARGE:
                return True
        elif isinstance(part, dict | list | tuple | set | frozenset):
            if seen + len(parts) + len(part) > MANY:
                return True
            parts.extend(part.values() if isinstance(part, dict) else part)
    return False


def _reason(error: BaseException) -> str:
    text = str(error).splitlines()
    return text[0][:200] if text else type(error).__name__
