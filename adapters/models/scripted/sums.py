"""Calculations and conversions: which sentences are one, what the calculator is asked, and how its result is
told.
"""

import re
from collections.abc import Callable
from typing import Any

from adapters.models.scripted.arithmetic_shapes import Calculation
from adapters.models.scripted.calculations import calculation
from adapters.models.scripted.conversation import Call
from adapters.models.scripted.numerals import NUMERALS, in_digits
from adapters.models.scripted.steps import Ask
from adapters.models.scripted.telling import subject
from adapters.models.scripted.tools import ToolView
from adapters.models.scripted.units import conversion

_COUNTABLE = re.compile(rf"\d|\b(?:{'|'.join(sorted(NUMERALS))})\b|\bin an? |\bin one ", re.IGNORECASE)
_VERB = re.compile(
    (
        r"^(?:add|sum|subtract|take|deduct|multiply|divide|split|share|increase|decrease|raise|reduce|"
        r"lower|cut|convert|"
        r"change|turn|express|if|when|do|does|how|what|is|many|much|solve|round|average|i|we|tip|"
        r"compare|would|will|could|should|which|of|left|remain|have)\b"
    ),
    re.IGNORECASE,
)
_DASH = re.compile(r"\s-\s+(?=[a-z])", re.IGNORECASE)
_MEASURE = re.compile(r"(\d[\d.]*) ([a-zA-Z_/]+)")
_PLAIN_NUMBER = re.compile(r"-?\d+\.\d{7,}$")


def sum_in(clause: str) -> Calculation | None:
    """Return the conversion or calculation of a clause, or None."""
    if not _COUNTABLE.search(clause):
        return None
    text = _DASH.sub(". ", in_digits(clause))
    return conversion(text) or calculation(text)


def sum_step(clause: str, found: Calculation, calculator: ToolView) -> Ask:
    """Ask the calculator."""
    parameter = calculator.required[0].name
    call = Call(calculator.name, {parameter: found.expression})
    return Ask((call,), _teller(clause, found.expression), f"work out {found.expression}")


def _teller(clause: str, expression: str) -> Callable[[list[Any]], str]:
    def tell(results: list[Any]) -> str:
        value, unit = _value(results[0])
        shown = f"**{value} {unit}**" if unit else f"**{value}**"
        return f"{_named(clause, expression)} {shown}."

    return tell


def _named(clause: str, expression: str) -> str:
    if " to " in expression:
        return f"{_MEASURE.sub(_plural, expression.partition(' to ')[0])} ="
    about = subject(clause)
    if not about or _VERB.match(about) or len(about) > 80:
        return f"{expression} ="
    return f"{about[0].upper()}{about[1:]} is"


def _plural(match: re.Match[str]) -> str:
    unit = match[2].replace("_", " ")
    unit = {"degC": "°C", "degF": "°F", "foot": "feet", "inch": "inches", "stone": "stone"}.get(
        unit, unit + "s" if unit.isalpha() else unit
    )
    return match[0].replace("_", " ") if match[1] == "1" else f"{match[1]} {unit}"


def _value(result: Any) -> tuple[str, str]:
    if not isinstance(result, dict):
        return _short(result), ""
    value = next((result[key] for key in ("result", "value", "answer") if key in result), None)
    unit = str(result.get("unit") or "")
    return _short(value), unit.replace("_", " ")


def _short(value: Any) -> str:
    """Return a number with at most ten figures that matter."""
    text = str(value)
    if not _PLAIN_NUMBER.match(text):
        return text
    whole, _, _ = text.partition(".")
    return f"{float(text):.{max(2, 10 - len(whole.lstrip('-0')))}f}".rstrip("0").rstrip(".")
