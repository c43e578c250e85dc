"""What a log line may hold and how it is written: no secret, no forged line, whatever a value is or does."""

import io
import json
from collections.abc import Iterable, MutableMapping
from typing import Any, TextIO

import orjson
import structlog

from services.sanitising import redacted, shown_result

Event = MutableMapping[str, Any]

SHORTEST_SECRET = 8
"""Shorter ones would be found by chance in innocent words."""

MASK = "********"
_CONTROLS = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160), 0x2028, 0x2029)}
_IN_TRACEBACKS = {code: text for code, text in _CONTROLS.items() if code != ord("\n")}
_IN_JSON = {code: f"\\u{code:04x}" for code in _CONTROLS if code > 127}


def hide_secrets(_logger: Any, _method: str, event: Event) -> Event:
    """Redact what stands under a secret key and cut what is long; the exception is left for its renderer."""
    exception = event.pop("exc_info", None)
    text = event.pop("event", None)
    shown: dict[str, Any] = {"event": redacted(text), **shown_result(dict(event))}
    if exception is not None:
        shown["exc_info"] = exception
    return shown


def escape_controls(_logger: Any, _method: str, event: Event) -> Event:
    """Write control characters as text: a terminal would obey them or begin another line."""
    for key, value in event.items():
        if isinstance(value, str):
            event[key] = value.translate(_CONTROLS)
    return event


def traceback_for_people(stream: TextIO, exc_info: structlog.typing.ExcInfo) -> None:
    """Write a plain traceback; what an exception says commands no terminal either."""
    text = io.StringIO()
    structlog.dev.plain_traceback(text, exc_info)
    stream.write(text.getvalue().translate(_IN_TRACEBACKS))


def as_json(_logger: Any, _method: str, event: Event) -> bytes:
    """Return one line of JSON. Never raises: what JSON has no word for is written as text."""
    try:
        line = orjson.dumps(event, default=_text)
        return line if line.isascii() else line.decode().translate(_IN_JSON).encode()
    except TypeError:  # half characters, numbers over 64 bits, keys that are no text
        return json.dumps(event, default=_text, skipkeys=True).encode()


def as_json_text(logger: Any, method: str, event: Event) -> str:
    """Return the same as text."""
    return as_json(logger, method, event).decode()


def _text(value: Any) -> str:
    try:
        return str(value)
    except Exception:  # noqa: BLE001 - whatever its own text raises, the line is written
        return f"<{type(value).__name__}>"


class Mask:
    """A last step that hides these values wherever they stand in a finished line, escaped as they may be."""

    def __init__(self, secrets: Iterable[str]) -> None:
        forms = {form for secret in secrets if len(secret) >= SHORTEST_SECRET for form in _forms(secret)}
        self._forms = [(form, form.encode()) for form in sorted(forms, key=len, reverse=True)]

    def __call__(self, _logger: Any, _method: str, line: Any) -> Any:  # noqa: D102 - the class docstring says it
        for text, data in self._forms:
            if isinstance(line, bytes):
                line = line.replace(data, MASK.encode())
            elif isinstance(line, str):
                line = line.replace(text, MASK)
        return line


def _forms(secret: str) -> Iterable[str]:
    return secret, json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1], repr(secret)[1:-1]


EXCEPTIONS = structlog.processors.ExceptionRenderer(
    structlog.tracebacks.ExceptionDictTransformer(show_locals=False, max_frames=20)
)
