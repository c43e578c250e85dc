"""The calculator: exact decimal arithmetic and units, safe on any input."""

import ast
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation, Overflow, Subnormal, localcontext
from threading import Lock
from typing import TypedDict

from simpleeval import InvalidExpression, SimpleEval  # type: ignore[import-untyped] # it ships no types

from adapters.toolkits.builtin.expressions import Translation
from adapters.toolkits.builtin.functions import FUNCTIONS, constants
from adapters.toolkits.builtin.measures import Measures
from adapters.toolkits.builtin.tokens import Token, split_conversion, tokens
from adapters.toolkits.builtin.units import Units
from adapters.toolkits.builtin.values import CONTEXT, OPERATORS, Value, number, plain, text
from services.sealed import Sealed
from services.tools.function import tool_from_function
from services.tools.tool import Tool, ToolFailed
from services.tools.toolkit import Toolkit

_NODES = (ast.Expr, ast.Name, ast.UnaryOp, ast.BinOp, ast.Call)


class Calculation(TypedDict):
    """A result in plain digits, apart from its unit."""

    expression: str
    result: str
    unit: str | None


class CalculateTools(Toolkit, metaclass=Sealed):
    """One calculation at a time: neither the evaluator nor pint may be used by two threads at once."""

    def __init__(self) -> None:
        self._lock, self._units = Lock(), Units()
        self._evaluator = SimpleEval(operators=dict(OPERATORS), functions=dict(FUNCTIONS), names={})
        known = self._evaluator.nodes or {}
        self._evaluator.nodes = {node: known[node] for node in _NODES}

    def tools(self) -> Sequence[Tool]:
        """Return ``calculate``."""
        return (tool_from_function(self.calculate),)

    def calculate(self, expression: str) -> Calculation:
        """Calculate exactly: arithmetic, percentages, units and their conversion. Use it for all arithmetic.

        Operators + - * / // % ^ and parentheses. Functions sqrt, abs, round, min, max, floor, ceil,
        factorial, log (base 10, or log(x, base)), ln, exp, sin, cos, tan (radians, or "30 degrees").
        Constants pi and e. Percent: "17 % of 2340", "2340 + 19 %". Units: "3 km + 200 m to miles",
        "100 km / 2 h", "5 kg in pounds", "72 fahrenheit to celsius".

        Args:
            expression: the calculation, such as "2340 * 17 / 100" or "5 ft 3 in to cm"; decimals with a point
        """
        with self._lock, localcontext(CONTEXT):
            try:
                magnitude, unit = self._evaluate(tokens(expression))
                return {"expression": expression, "result": text(magnitude), "unit": unit}
            except ZeroDivisionError:
                raise ToolFailed("division by zero") from None
            except (Overflow, OverflowError):
                raise ToolFailed("the result is too large: numbers go up to 10^400") from None
            except Subnormal:
                raise ToolFailed("the result is too close to 0: numbers go down to 10^-400") from None
            except InvalidOperation:
                raise ToolFailed("this is not defined, such as the root of a negative number") from None
            except (SyntaxError, InvalidExpression, RecursionError):
                raise ToolFailed(
                    "the expression is incomplete: an operator, value or parenthesis is missing"
                ) from None
            except (TypeError, ValueError) as error:
                raise ToolFailed(f"these values do not go together: {_reason(error)}") from None

    def _evaluate(self, parts: Sequence[Token]) -> tuple[Decimal, str | None]:
        written, wanted = split_conversion(parts)
        value = number(self._value(written))
        if [token.text for token in wanted] == ["%"]:
            return plain(value, "a percentage") * 100, "%"
        if wanted:
            value = self._units.convert(value, self._value(wanted))
        return self._units.shown(value)

    def _value(self, parts: Sequence[Token]) -> Value:
        translation = Translation(parts, Measures(parts, CONTEXT, self._units, constants()), FUNCTIONS)
        expression = translation.expression()
        self._evaluator.names = translation.values
        value: Value = self._evaluator.eval(expression)
        return value


def _reason(error: Exception) -> str:
    if type(error).__name__ == "OffsetUnitCalculusError":
        return "a temperature can be converted ('20 celsius to fahrenheit') but not multiplied or added"
    return str(error)
