"""Which functions and constants the calculator knows, and within which bounds each works."""

import inspect
import math
from collections.abc import Callable, Mapping
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal, localcontext
from functools import cache

from adapters.toolkits.builtin.values import CONTEXT, Number, Percent, Value, number, plain
from services.tools.tool import ToolFailed

MAX_FACTORIAL = 200
MAX_PLACES = 100
MAX_ANGLE = Decimal("1e15")

# Series run to 100 digits with room below; 70 decimals are kept, so that sin(pi) is 0.
_SERIES = Context(prec=100, Emax=999_999, Emin=-999_999)
_KEPT = Decimal("1e-70")


@cache
def pi() -> Decimal:
    """Return pi to 100 digits, by Machin's formula."""
    with localcontext(_SERIES):
        return 4 * (4 * _arctan_of_inverse(5) - _arctan_of_inverse(239))


def _arctan_of_inverse(n: int) -> Decimal:
    power = total = Decimal(1) / n
    divisor = 1
    while abs(power) > Decimal("1e-105"):
        power /= -n * n
        divisor += 2
        total += power / divisor
    return total


def _sine(angle: Decimal) -> Decimal:
    """Return the sine of any angle up to ``MAX_ANGLE`` in radians."""
    if abs(angle) > MAX_ANGLE:
        raise ToolFailed("the angle is too large: at most 10^15 radians")
    with localcontext(_SERIES):
        angle %= 2 * pi()
        term = total = angle
        step = 1
        while abs(term) > Decimal("1e-105"):
            step += 2
            term *= -angle * angle / (step * (step - 1))
            total += term
        return total.quantize(_KEPT).normalize()


def _sin(x: Value) -> Decimal:
    return _sine(plain(x, "sin"))


def _cos(x: Value) -> Decimal:
    return _sine(plain(x, "cos") + pi() / 2)


def _tan(x: Value) -> Decimal:
    return _sin(x) / _cos(x)


def _positive(x: Value, what: str) -> Decimal:
    value = plain(x, what)
    if value <= 0:
        raise ToolFailed(f"{what} needs a number above 0")
    return value


def _ln(x: Value) -> Decimal:
    return _positive(x, "ln").ln()


def _log(x: Value, base: Value = Decimal(10)) -> Decimal:
    value, to = _positive(x, "log"), _positive(base, "log")
    return value.log10() if to == 10 else value.ln() / to.ln()


def _log10(x: Value) -> Decimal:
    return _log(x)


def _log2(x: Value) -> Decimal:
    return _log(x, Decimal(2))


def _exp(x: Value) -> Decimal:
    return plain(x, "exp").exp()


def _factorial(x: Value) -> Decimal:
    value = plain(x, "factorial")
    if not 0 <= value <= MAX_FACTORIAL or value != value.to_integral_value():
        raise ToolFailed(f"factorial needs a whole number from 0 to {MAX_FACTORIAL}")
    return Decimal(math.factorial(int(value)))


def _sqrt(x: Value) -> Number:
    value = number(x)
    return value.sqrt() if isinstance(value, Decimal) else value ** Decimal("0.5")


def _on_magnitude(x: Value, change: Callable[[Decimal], Decimal]) -> Number:
    value = number(x)
    return change(value) if isinstance(value, Decimal) else type(value)(change(value.magnitude), value.units)


def _round(x: Value, places: Value = Decimal(0)) -> Number:
    kept = plain(places, "the number of places")
    if kept != kept.to_integral_value() or abs(kept) > MAX_PLACES:
        raise ToolFailed(f"the number of places is a whole number up to {MAX_PLACES}")
    return _on_magnitude(x, lambda value: _rounded(value, int(kept)))


def _rounded(value: Decimal, places: int) -> Decimal:
    if value.adjusted() + places > CONTEXT.prec - 5:
        return value  # so large that nothing stands behind the asked-for place
    return value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def _floor(x: Value) -> Number:
    return _on_magnitude(x, lambda value: value.to_integral_value(ROUND_FLOOR))


def _ceil(x: Value) -> Number:
    return _on_magnitude(x, lambda value: value.to_integral_value(ROUND_CEILING))


def _abs(x: Value) -> Number:
    return _on_magnitude(x, abs)


def _min(*values: Value) -> Number:
    least: Number = min(number(value) for value in values)
    return least


def _max(*values: Value) -> Number:
    most: Number = max(number(value) for value in values)
    return most


def _percent(x: Value) -> Percent:
    return Percent(plain(x, "percent"))


def _checked(name: str, function: Callable[..., Value]) -> Callable[..., Value]:
    """Refuse a wrong number of values in the user's words instead of Python's."""
    shape = inspect.signature(function)

    def call(*values: Value) -> Value:
        try:
            shape.bind(*values)
        except TypeError:
            raise ToolFailed(f"{name} does not take {len(values)} values") from None
        return function(*values)

    return call


_NAMED: Mapping[str, Callable[..., Value]] = {
    "abs": _abs,
    "ceil": _ceil,
    "cos": _cos,
    "exp": _exp,
    "factorial": _factorial,
    "floor": _floor,
    "ln": _ln,
    "log": _log,
    "log10": _log10,
    "log2": _log2,
    "max": _max,
    "min": _min,
    "percent": _percent,
    "round": _round,
    "sin": _sin,
    "sqrt": _sqrt,
    "tan": _tan,
}

FUNCTIONS: Mapping[str, Callable[..., Value]] = {
    name: _checked(name, function) for name, function in _NAMED.items()
}


@cache
def constants() -> Mapping[str, Decimal]:
    """Return the named constants."""
    return {"pi": pi(), "π": pi(), "e": _SERIES.exp(Decimal(1))}
