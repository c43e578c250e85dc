"""Which units the calculator knows: pint's, looked up by name and never evaluated, and people's spellings.

The registry takes about a second of processor time to build, so it is built when the first unit is met. pint
is not safe to use from several threads at once: whoever calls holds the calculator's lock.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, TypeAlias

from adapters.toolkits.builtin.values import Number, Value
from services.tools.tool import ToolFailed

if TYPE_CHECKING:
    import pint
    from pint.facets.plain import PlainQuantity, PlainUnit

Unit: TypeAlias = "PlainUnit"

_POWER_WORDS = {"square": 2, "sq": 2, "cubic": 3, "cu": 3}
_DEGREE_WORDS = frozenset({"degree", "degrees", "deg", "°"})
_TEMPERATURES = {
    "c": "degC",
    "f": "degF",
    "k": "kelvin",
    "celsius": "degC",
    "fahrenheit": "degF",
    "kelvin": "kelvin",
}
_ALIASES = {"kmh": "kph", "℃": "degC", "℉": "degF", "lightyears": "light_year"}


class Units:
    """Names of units, and what quantities become when they are converted or shown."""

    def __init__(self) -> None:
        self._registry: pint.UnitRegistry[Decimal] | None = None

    @property
    def registry(self) -> "pint.UnitRegistry[Decimal]":
        """Return the registry, built when first asked for."""
        if self._registry is None:
            import pint  # noqa: PLC0415 - a third of a second that a process without units should not pay

            self._registry = pint.UnitRegistry(non_int_type=Decimal)  # pyright: ignore[reportArgumentType] # its types know float only
        return self._registry

    def named(self, words: Sequence[str]) -> tuple[Unit, int]:
        """Return the unit that ``words`` begin with, and how many of them are its name.

        Raises ``ToolFailed`` when it is unknown.
        """
        if len(words) > 1 and words[0].lower() in _POWER_WORDS:
            unit, used = self.named(words[1:])
            return unit ** _POWER_WORDS[words[0].lower()], used + 1
        if len(words) > 1 and words[0].lower() in _DEGREE_WORDS and words[1].lower() in _TEMPERATURES:
            return self.registry.Unit(_TEMPERATURES[words[1].lower()]), 2
        for used in range(len(words), 0, -1):
            if (unit_or_none := self._find("_".join(words[:used]))) is not None:
                return unit_or_none, used
        raise ToolFailed(f"{words[0]!r} is not a unit, function or constant known here")

    def _find(self, name: str) -> "Unit | None":
        for spelling in (_ALIASES.get(name, name), name.lower()):
            # Only names that the registry lists get further: its parser of expressions is never reached.
            if self.registry.parse_unit_name(spelling):
                return self.registry.Unit(self.registry.get_name(spelling))
        return None

    def quantity(self, magnitude: Decimal, units: Sequence[tuple[Unit, int]]) -> "PlainQuantity[Decimal]":
        """Return so many of a product of units, each with its power."""
        product = self.registry.Unit("")
        for unit, power in units:
            product *= unit**power
        return self.registry.Quantity(magnitude, product)

    def convert(self, value: Number, target: Value) -> "PlainQuantity[Decimal]":
        """Return the value in the target's unit; raises pint's errors, which are ``TypeError``."""
        if isinstance(value, Decimal):
            raise ToolFailed("only a value with a unit can be converted")
        if not isinstance(target, self.registry.Quantity) or target.magnitude != 1:
            raise ToolFailed("the unit to convert to must be a unit, such as km or m/s")
        return value.to(target.units)

    def shown(self, value: Number) -> tuple[Decimal, str | None]:
        """Return magnitude and unit as shown; units that cancel or repeat are worked out."""
        if isinstance(value, Decimal):
            return value, None
        if _count(value) > 1:
            value = value.to_reduced_units()
        if _count(value) > 1 and len(value.dimensionality) == 1:
            value = value.to_base_units()
        return value.magnitude, f"{value.units:~P}" or None


def _count(value: "PlainQuantity[Decimal]") -> int:
    return len(list(value.unit_items()))
