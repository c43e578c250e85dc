"""What may reach a terminal: text of models, tools and users is shown, never obeyed."""

import json
import sys
import unicodedata
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

# Direction marks can make a line read otherwise than it is; other format characters join letters, harmlessly.
_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_KEPT = frozenset("\n\t")


def inert(text: str) -> str:
    """Return the text with every control character written out, so that no escape sequence survives."""
    return "".join(character if _harmless(character) else _written(character) for character in text)


def json_text(value: Any, *, indent: int | None = None) -> str:
    """Return JSON in ASCII: no character of it can steer a terminal."""
    return json.dumps(value, indent=indent, default=str)


def say(text: str = "") -> None:
    """Write a result to standard output, ready for whoever reads it."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def answer(text: str) -> None:
    """Print an answer: as it is for a program, with its emphasis and lists for a person."""
    if not sys.stdout.isatty():
        say(inert(text))
        return
    from rich.console import Console  # noqa: PLC0415 - a quarter of a second that most commands do without
    from rich.markdown import Markdown  # noqa: PLC0415

    Console(highlight=False).print(Markdown(inert(text), hyperlinks=False))


def screen() -> "Console":
    """Return standard error as a terminal that takes text literally."""
    from rich.console import Console  # noqa: PLC0415 - as above

    return Console(stderr=True, markup=False, highlight=False, emoji=False, soft_wrap=False)


def _harmless(character: str) -> bool:
    if character in _KEPT:
        return True
    return character not in _TURNING and unicodedata.category(character) not in {"Cc", "Cs", "Zl", "Zp"}


def _written(character: str) -> str:
    number = ord(character)
    return f"\\x{number:02x}" if number < 256 else f"\\u{number:04x}"
