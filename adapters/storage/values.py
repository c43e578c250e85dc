"""How values are written down, so that every database gives them back alike: times, text, JSON."""

import json
import unicodedata
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def micros(moment: datetime) -> int:
    """Return whole microseconds since 1970; raises ``TypeError`` for a time without a zone."""
    return (moment - EPOCH) // MICROSECOND


def moment(micros: int) -> datetime:
    """Return the UTC time that ``micros`` wrote."""
    return EPOCH + timedelta(microseconds=micros)


def maybe_moment(micros: int | None) -> datetime | None:
    """Return the UTC time, or None for none."""
    return None if micros is None else moment(micros)


def plain(text: str) -> str:
    """Return text that every database takes: NUL and lone surrogates are replaced, all else is kept."""
    if "\x00" in text:
        text = text.replace("\x00", "\ufffd")
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def folded(text: str) -> str:
    """Return the form in which two texts that differ only in case or in how accents are encoded are equal."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def to_json(value: Any) -> bytes:
    """Return JSON text. Never raises: what JSON has no word for is named by its type in angle brackets.

    Text that only the standard library can write and read back exactly (integers over 64 bits) begins with a
    blank.
    """
    try:
        return orjson.dumps(value)
    except TypeError:
        return _to_odd_json(value)


def from_json(text: str | bytes) -> Any:
    """Return the value that ``to_json`` wrote."""
    odd = text[:1] in {" ", b" "}
    return json.loads(text) if odd else orjson.loads(text)


def _to_odd_json(value: Any) -> bytes:
    try:
        return b" " + json.dumps(value, default=_type_name, skipkeys=True).encode()
    except (TypeError, ValueError, RecursionError):
        return orjson.dumps(_type_name(value))


def _type_name(value: object) -> str:
    return f"<{type(value).__name__}>"
