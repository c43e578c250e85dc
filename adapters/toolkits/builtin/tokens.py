"""How a written calculation is cut into numbers, names and operators, and how much of it is accepted.

Bounds on length, number of tokens and nesting are checked here, before anything is parsed or computed.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from services.tools.tool import ToolFailed

MAX_CHARACTERS = 2000
MAX_TOKENS = 400
MAX_DEPTH = 40

_PLAIN = re.compile(r"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_GROUPED = re.compile(
    r"[0-9]{1,3}(?P<mark>[,'_\u00a0\u202f])[0-9]{3}(?:(?P=mark)[0-9]{3})*(?![0-9])(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?"
)
_MARKS = str.maketrans("", "", ",'_\u00a0\u202f")
_NAME = re.compile(r"[^\W\d²³][^\W²³]*|[°℃℉][^\W²³]*")
_OPERATOR = re.compile(r"\*\*|//|->|[-+*/%^(),!²³×÷·−→]")
_SPELT = {"×": "*", "·": "*", "÷": "/", "−": "-", "^": "**", "→": "to", "->": "to", "percent": "%"}
_TEMPERATURES = {"C": "degC", "F": "degF", "K": "kelvin"}
_CONVERSIONS = frozenset({"to", "in", "into", "as"})


@dataclass(frozen=True, slots=True)
class Token:
    """One piece of the text; ``kind`` is number, name, operator or end."""

    kind: str
    text: str


END = Token("end", "the end")


def tokens(text: str) -> list[Token]:
    """Return the tokens; raises ``ToolFailed`` for what no calculation holds, or when it is too much."""
    if len(text) > MAX_CHARACTERS:
        raise ToolFailed(f"the expression is too long: at most {MAX_CHARACTERS} characters")
    found: list[Token] = []
    calls: list[bool] = []
    position = 0
    while position < len(text):
        if text[position].isspace():
            position += 1
            continue
        token, position = _next(text, position, in_call=bool(calls) and calls[-1])
        if token.text == "(":
            calls.append(bool(found) and found[-1].kind == "name")
        elif token.text == ")" and calls:
            calls.pop()
        found.append(token)
        if len(found) > MAX_TOKENS or len(calls) > MAX_DEPTH:
            raise ToolFailed(
                "the expression is too long or nested too deeply: split it into several calculations"
            )
    if not found:
        raise ToolFailed("the expression is empty: write something like 2 * (3 + 4)")
    return _with_temperatures(found)


def _with_temperatures(found: list[Token]) -> list[Token]:
    """In "72 F to C" the letters cannot be farad and coulomb, since these never convert into each other."""
    if len({token.text for token in found} & _TEMPERATURES.keys()) < 2:
        return found
    return [Token(token.kind, _TEMPERATURES.get(token.text, token.text)) for token in found]


def _next(text: str, position: int, *, in_call: bool) -> tuple[Token, int]:
    # Between a function's parentheses a comma separates values, elsewhere it may group thousands.
    grouped = _GROUPED.match(text, position)
    if grouped and not (in_call and grouped["mark"] == ","):
        return Token("number", grouped[0].translate(_MARKS)), grouped.end()
    for kind, pattern in (("number", _PLAIN), ("name", _NAME), ("operator", _OPERATOR)):
        if match := pattern.match(text, position):
            spelt = _SPELT.get(match[0], match[0])
            return Token("operator" if spelt == "%" else kind, spelt), match.end()
    raise ToolFailed(f"{text[position]!r} cannot be used in a calculation")


def split_conversion(parts: Sequence[Token]) -> tuple[Sequence[Token], Sequence[Token]]:
    """Split "3 km to miles" into "3 km" and "miles"; the second part is empty where nothing is converted."""
    for index in range(len(parts) - 2, 0, -1):
        after = parts[index + 1]
        if parts[index].text in _CONVERSIONS and (after.kind == "name" or after.text == "%"):
            return parts[:index], parts[index + 1 :]
    return parts, ()
