"""How a tool's result is put into words: plain text, lists, and Markdown tables."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from adapters.models.scripted.numerals import tidy
from adapters.models.scripted.text import capital, name_words

MOST_ROWS = 30
_POLITE = (
    r"(?:(?:hi|hello|hey|please|ok|okay|so|now|and|also|then|can|could|would|will|you|i|we|need|want|"
    r"would like|i'd like|to)\b[\s,]*)*"
)
_ASKING = (
    r"(?:(?:tell me|give me|show me|let me know|find out|find|calculate|compute|work out|figure "
    r"out|evaluate|determine|"
    r"do you know|know)\b[\s,:]*)*(?:(?:what(?:'s|s| is| are| would be)?|how (?:much|many) (?:is|"
    r"are|would be))\b\s*)?"
)
_OPENING = re.compile(rf"^{_POLITE}{_ASKING}(?:the (?:result|value) of\b\s*)?", re.IGNORECASE)
_CLOSING = re.compile(
    r"[\s,;]*(?:,?\s*(?:please|for me|thanks|thank you|and|equal to|equals|=))*[\s?.!,;:]*$", re.IGNORECASE
)


def subject(clause: str) -> str:
    """Return what a question is about, without "what is" and "please": ``17 % of 2,340``."""
    return _CLOSING.sub("", clause[_OPENING.match(clause).end() :]).strip()  # type: ignore[union-attr] # matches ""


def value_text(value: Any) -> str:
    """Return one value as a reader wants it."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return tidy(value)
    if isinstance(value, Mapping):
        return ", ".join(f"{_label(k)}: {value_text(v)}" for k, v in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(value_text(item) for item in value) or "none"
    return str(value)


def told(result: Any, about: str) -> str:
    """Return any result in words; ``about`` introduces it."""
    if isinstance(result, Mapping):
        return _mapping(result, about)
    if isinstance(result, list) and result and all(isinstance(item, Mapping) for item in result):
        return f"{about}:\n\n{records(result)}"
    if isinstance(result, str) and ("\n" in result or len(result) > 120 or result.endswith((".", "!", "?"))):
        return result
    return (
        f"{about}: {value_text(result)}."
        if isinstance(result, list)
        else f"{about}: **{value_text(result)}**."
    )


def _mapping(result: Mapping[str, Any], about: str) -> str:
    if len(result) == 1:
        return told(next(iter(result.values())), about)
    lines = []
    for key, value in result.items():
        if isinstance(value, list) and value and all(isinstance(item, Mapping) for item in value):
            lines.append(f"- {_label(key)}:\n\n{records(value)}\n")
        else:
            lines.append(
                f"- {_label(key)}: **{value_text(value)}**"
                if value not in (None, "")
                else f"- {_label(key)}: –"
            )
    return f"{about}:\n\n" + "\n".join(lines) if lines else f"{about}: done."


def _label(key: object) -> str:
    return capital(" ".join(name_words(str(key)))) or str(key)


def records(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return a Markdown table of records."""
    columns = list(dict.fromkeys(key for row in rows for key in row))
    return table([_label(c) for c in columns], [[row.get(c) for c in columns] for row in rows])


def table(columns: Sequence[str], rows: Sequence[Sequence[Any]], total: int | None = None) -> str:
    """Return a Markdown table of at most ``MOST_ROWS`` rows, and how many there are beyond."""
    lines = [_row(columns), "|" + " --- |" * len(columns)]
    lines += [_row([value_text(value) for value in row]) for row in rows[:MOST_ROWS]]
    more = (total if total is not None else len(rows)) - min(len(rows), MOST_ROWS)
    return "\n".join(lines) + (f"\n\n… and {more} more rows." if more > 0 else "")


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def without_marks(answer: str) -> str:
    """Return an answer as plain text, for keeping in a note."""
    return answer.replace("**", "").replace("`", "").strip()
