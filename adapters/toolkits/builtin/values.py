"""What a calculation computes with: exact decimals, percentages, quantities; and what operators do to them.

Numbers carry up to 400 digits and stay below 10^400. What would leave that range fails at once, so that no
input takes long.
"""

import ast
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import (
    ROUND_FLOOR,
    Context,
    Decimal,
    DivisionByZero,
    InvalidOperation,
    Overflow,
    Subnormal,
)
from typing import TYPE_CHECKING, Any, TypeAlias

from services.tools.tool import ToolFailed

if TYPE_CHECKING:
    from pint.facets.plain import PlainQuantity

MAX_QUANTITY_POWER = 30
EXACT_DIGITS = 50
SHOWN_DIGITS = 15

CONTEXT = Context(
    prec=410, Emax=400, Emin=-400, traps=[DivisionByZero, InvalidOperation, Overflow, Subnormal]
)


@dataclass(frozen=True, slots=True)
class Percent:
    """So many hundredths: of what stands before it when added or subtracted, of one otherwise."""

    hundredths: Decimal

    @property
    def fraction(self) -> Decimal:
        """Return 0.19 for 19 %."""
        return self.hundredths / 100


Number: TypeAlias = "Decimal | PlainQuantity[Decimal]"
Value: TypeAlias = "Decimal | Percent | PlainQuantity[Decimal]"


def number(value: Value) -> Number:
    """Return the value with a percentage turned into its fraction."""
    return value.fraction if isinstance(value, Percent) else value


def plain(value: Value, what: str) -> Decimal:
    """Return a number without unit; raises ``ToolFailed`` saying that ``what`` needs one."""
    value = number(value)
    if isinstance(value, Decimal):
        return value
    if not value.dimensionless:
        raise ToolFailed(f"{what} needs a number without a unit, not {value.units}")
    magnitude: Decimal = value.to("dimensionless").magnitude
    return magnitude


def _summing(combine: Callable[[Any, Any], Any]) -> Callable[[Value, Value], Value]:
    def total(left: Value, right: Value) -> Value:
        result: Value
        if not isinstance(right, Percent):
            result = combine(number(left), right)
        elif isinstance(left, Percent):
            result = Percent(combine(left.hundredths, right.hundredths))
        else:
            result = left * combine(1, right.fraction)
        return result

    return total


added = _summing(operator.add)


def _whole_times(left: Value, right: Value) -> Decimal:
    return plain(number(left) / number(right), "whole division").to_integral_value(ROUND_FLOOR)


def _rest(left: Value, right: Value) -> Value:
    rest: Value = operator.sub(number(left), number(right) * _whole_times(left, right))
    return rest


def power(base: Value, exponent: Value) -> Value:
    """Return the power; a quantity takes small powers only, since its unit is raised too."""
    base, by = number(base), plain(exponent, "an exponent")
    if isinstance(base, Decimal):
        return base**by
    if abs(by) > MAX_QUANTITY_POWER:
        raise ToolFailed(f"a quantity with a unit can be raised to powers up to {MAX_QUANTITY_POWER}")
    raised: Value = base ** (int(by) if by == by.to_integral_value() else by)
    return raised


def _negative(value: Value) -> Value:
    return Percent(-value.hundredths) if isinstance(value, Percent) else -value


OPERATORS: Mapping[type[ast.AST], Callable[..., Value]] = {
    ast.Add: added,
    ast.Sub: _summing(operator.sub),
    ast.Mult: lambda left, right: number(left) * number(right),
    ast.Div: lambda left, right: number(left) / number(right),
    ast.FloorDiv: _whole_times,
    ast.Mod: _rest,
    ast.Pow: power,
    ast.USub: _negative,
    ast.UAdd: lambda value: value,
}


def text(value: Decimal) -> str:
    """Return plain digits: exact where they are few, else 15 significant ones or a whole number."""
    if len(value.as_tuple().digits) > EXACT_DIGITS and value != value.to_integral_value():
        value = value.quantize(Decimal(1).scaleb(-max(0, SHOWN_DIGITS - 1 - value.adjusted())))
    digits = f"{value:f}"
    if "." in digits:
        digits = digits.rstrip("0").rstrip(".")
    return "0" if digits in {"-0", ""} else digits
