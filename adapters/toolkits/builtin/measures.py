"""How "5 ft 3 in", "9.81 m/s^2" or "12 square meters" is read: a number, its units, and each unit's power."""

from collections.abc import Mapping, Sequence
from decimal import Context, Decimal, DecimalException

from adapters.toolkits.builtin.tokens import END, Token
from adapters.toolkits.builtin.units import Unit, Units
from adapters.toolkits.builtin.values import Value, added
from services.tools.tool import ToolFailed

MAX_UNIT_POWER = 30
LONGEST_UNIT_NAME = 4
_SUPERSCRIPTS = {"²": 2, "³": 3}


class Measures:
    """A reading position in the tokens of one calculation."""

    def __init__(
        self, parts: Sequence[Token], context: Context, units: Units, constants: Mapping[str, Value]
    ) -> None:
        self._parts, self._context, self._units, self._constants = parts, context, units, constants
        self.at = 0

    def peek(self, ahead: int = 0) -> Token:
        """Return a token without moving; after the last one there is always another ``END``."""
        index = self.at + ahead
        return self._parts[index] if index < len(self._parts) else END

    def numbers(self) -> Value:
        """Read one number with its units, or the sum of several such as "2 h 30 min"."""
        total, has_units = self._number_with_units()
        while has_units and self.peek().kind == "number":
            following, has_units = self._number_with_units()
            total = added(total, following)
        return total

    def named(self) -> Value:
        """Read a constant, or units without a number: one of them."""
        constant = self._constants.get(self.peek().text)
        if constant is not None:
            self.at += 1
            return constant
        return self._units.quantity(Decimal(1), self._unit_powers())

    def _number_with_units(self) -> tuple[Value, bool]:
        number = self._number(self.peek().text)
        self.at += 1
        units = [] if self.peek().text in self._constants else self._unit_powers()
        return (self._units.quantity(number, units), True) if units else (number, False)

    def _number(self, text: str) -> Decimal:
        if len(text) > self._context.prec:
            raise ToolFailed("a number in the expression has too many digits")
        try:
            return self._context.create_decimal(text)
        except DecimalException:
            raise ToolFailed("a number in the expression is too large or too small") from None

    def _unit_powers(self) -> list[tuple[Unit, int]]:
        found: list[tuple[Unit, int]] = []
        while words := self._words():
            unit, used = self._units.named(words)
            self.at += used
            found.append((unit, self._power()))
        return found

    def _words(self) -> list[str]:
        words: list[str] = []
        while len(words) < LONGEST_UNIT_NAME and self.peek(len(words)).kind == "name":
            if self.peek(len(words) + 1).text == "(":
                break
            words.append(self.peek(len(words)).text)
        return words

    def _power(self) -> int:
        """Read "^2", "**-1" or "²" after a unit: there the power belongs to the unit alone."""
        if (power := _SUPERSCRIPTS.get(self.peek().text)) is not None:
            self.at += 1
            return power
        if self.peek().text != "**":
            return 1
        negative = self.peek(1).text == "-"
        digits = self.peek(2 if negative else 1).text
        if not digits.isdecimal() or len(digits) > 2 or int(digits) > MAX_UNIT_POWER:
            raise ToolFailed(f"the power of a unit is a whole number up to {MAX_UNIT_POWER}")
        self.at += 3 if negative else 2
        return -int(digits) if negative else int(digits)
