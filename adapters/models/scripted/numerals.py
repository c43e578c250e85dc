"""Which parts of a sentence are numbers: digits with separators, scales ("2 million") and number words
("twenty-five").
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from math import isfinite

from adapters.models.scripted.text import word_list

_UNITS = word_list(
    """
    zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
    sixteen seventeen eighteen nineteen
    """
)
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_VALUES = {word: value for value, word in enumerate(_UNITS)}
_VALUES |= {word: 10 * value for value, word in enumerate(_TENS, 2)}
_VALUES |= {"a": 1, "an": 1, "dozen": 12}
_SCALES = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "bn": 10**9, "k": 1000}

DIGITS = r"(?:\d{1,3}(?:,\d{3})+(?!,?\d)|\d+)(?:\.\d+)?(?:e[+-]?\d+(?!\w))?"
_SMALL = (
    rf"(?:(?:{'|'.join(_TENS)})(?:[-\s](?:{'|'.join(_UNITS[1:10])}))?|{'|'.join(reversed(_UNITS))}|dozen)"
)
_HUNDREDS = rf"(?:(?:{_SMALL}|a)\s+hundred(?:\s+(?:and\s+)?{_SMALL})?|{_SMALL})"
_BIG = r"(?:thousand|million|billion)"
NUMBER_WORDS = (
    rf"(?:(?:{_HUNDREDS}|a)"
    rf"\s+{_BIG}(?:\s+(?:and\s+)?{_HUNDREDS}(?:\s+{_BIG}(?:\s+(?:and\s+)?{_HUNDREDS})?)?)?"
    rf"|{_HUNDREDS}|(?:a\s+)?dozen)"
)
# Atomic: a pattern around it must take the whole number or nothing, never "1.5" of "1.5 million".
SCALED = rf"(?<![\w.,])(?>{DIGITS}(?:\s*(?:k|bn)\b|\s+(?:hundred|thousand|million|billion)\b)?)"
NUMBER = (
    rf"(?:(?<![\w.,]){DIGITS}(?:\s*(?:k|bn)\b|\s+(?:hundred|thousand|million|billion)\b)?|\b{NUMBER_WORDS}\b)"
)
_SIGN = r"(?P<sign>(?<![\w)\]-])-)?"
_FIND = re.compile(rf"{_SIGN}(?P<number>{NUMBER})", re.IGNORECASE)
_FIND_DIGITS = re.compile(rf"{_SIGN}(?P<number>{SCALED})", re.IGNORECASE)
_WORDED = re.compile(rf"\b{NUMBER_WORDS}\b", re.IGNORECASE)
NUMERALS = frozenset([*_UNITS, *_TENS, *_SCALES, "dozen"])
_LETTERS = re.compile(r"[a-z]+")
_IDIOM = re.compile(r"\b(?:which|this|that|the|any|each|every|no|some|last|next)\s+$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Found:
    """A number, as a plain decimal text, and where it stands."""

    value: str
    start: int
    end: int


def value_of(text: str) -> str:
    """Return a number's plain decimal text; ``text`` matches ``NUMBER``."""
    lowered = text.lower().replace(",", "")
    parts = re.findall(r"[a-z]+|[\d.]+(?:e[+-]?\d+)?", lowered)
    if len(parts) == 1 and parts[0][0].isdigit():
        return str(parts[0])
    total, current = Decimal(0), Decimal(0)
    for part in parts:
        if part in _SCALES:
            current = (current or Decimal(1)) * _SCALES[part]
            if _SCALES[part] > 100:
                total, current = total + current, Decimal(0)
        elif part == "dozen":
            current = (current or Decimal(1)) * 12
        elif part != "and":
            current += Decimal(part) if part[0].isdigit() else _VALUES[part]
    return f"{(total + current).normalize():f}"


def _spelt_out(text: str) -> bool:
    return not NUMERALS.isdisjoint(_LETTERS.findall(text.lower()))


def in_digits(text: str) -> str:
    """Return the text with number words written in digits: "half of twenty-two" becomes "half of 22"."""
    return _WORDED.sub(_digits, text) if _spelt_out(text) else text


def _digits(match: re.Match[str]) -> str:
    idiom = match[0].lower() == "one" and _IDIOM.search(match.string[: match.start()])
    return match[0] if idiom else value_of(match[0])


def numbers(text: str) -> list[Found]:
    """Return the numbers of a text, in order; "which one" is no number."""
    found = []
    for match in (_FIND if _spelt_out(text) else _FIND_DIGITS).finditer(text):
        if match["number"].lower() == "one" and _IDIOM.search(text[: match.start()]):
            continue
        found.append(Found((match["sign"] or "") + value_of(match["number"]), match.start(), match.end()))
    return found


def tidy(value: float) -> str:
    """Return a number for reading: whole where it is whole, two decimals from 1 up, else four figures."""
    if isinstance(value, bool) or not isfinite(value):
        return str(value)
    if isinstance(value, int) or (float(value).is_integer() and abs(value) < 1e15):
        return str(int(value))
    if abs(value) < 1:
        return f"{value:.4g}"
    return f"{value:.2f}".rstrip("0").rstrip(".")
