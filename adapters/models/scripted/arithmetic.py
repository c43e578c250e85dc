"""How a sentence about numbers becomes an expression: "17 % of 2,340" is ``2340 * 17 / 100``.

A recursive-descent parser over the tokens.
"""

from adapters.models.scripted.arithmetic_nodes import (
    ATOM,
    POWER,
    PRODUCT,
    NoCalculation,
    Node,
    combined,
    joined,
    percent_change,
    percent_of,
)
from adapters.models.scripted.arithmetic_reader import Reader
from adapters.models.scripted.arithmetic_tokens import REDUCTIONS, Token

_DENOMINATORS = {
    "hal": "2", "thi": "3", "qua": "4", "fou": "4", "fif": "5", "six": "6", "sev": "7", "eig": "8",
    "nin": "9", "ten": "10", "hun": "100",
}  # fmt: skip
_PREFIXES = {
    "sqrt": "sqrt({})", "cbrt": "{} ** (1 / 3)", "square": "{} ** 2", "cube": "{} ** 3",
    "double": "{} * 2", "triple": "{} * 3", "factorial": "factorial({})",
}  # fmt: skip
_LISTS = frozenset(
    {"sum", "average", "median", "product", "difference", "quotient", "largest", "smallest", "remainder"}
)
_INCLUSIVE = frozenset(
    {"total", "altogether", "pay", "after", "final", "price", "gross", "including", "included"}
)


class Parser(Reader):
    """Reads one calculation from a list of tokens, starting at ``at``."""

    def __init__(self, found: list[Token], at: int) -> None:
        super().__init__(found, at)
        self._inclusive = any(t.value in _INCLUSIVE for t in found)

    def amount(self) -> tuple[Node, bool]:
        """Read a factor and say whether it is a percentage."""
        node = self.factor()
        if self.kind() == "%" and self.kind(1) not in {"number", "("}:
            self.at += 1
            return node, True
        return node, False

    def expression(self) -> Node:
        """Read terms joined by plus, minus, or "with 8 % tax"."""
        left = self.term()
        while (sign := self._additive()) is not None:
            self.skip("junk")
            right, percent = self._right_term()
            self.operations += 1
            if percent:
                sign = "-" if self._levy() in REDUCTIONS else sign
                left = percent_change(left, sign, right)
            else:
                left = joined(sign, [left, right])
        return left

    def _additive(self) -> str | None:
        self._unit_noise()
        if (token := self.accept("+", "-")) is not None:
            return token.kind
        ahead = 1 if self.kind() == "and" else 0
        if self.kind(ahead) == "with" and "%" in {self.kind(ahead + 2), self.kind(ahead + 3)}:
            self.at += ahead + 1
            self.skip("junk")
            return "+"
        return None

    def _unit_noise(self) -> None:
        ahead = 0
        while self.kind(ahead) == "junk" and ahead < 3:
            ahead += 1
        if ahead and self.kind(ahead) in {"+", "-", "*", "/", "**", "%", "with"}:
            self.at += ahead

    def _right_term(self) -> tuple[Node, bool]:
        start, done = self.at, self.operations
        node = self.factor()
        if self.kind() == "%" and self.kind(1) not in {"of", "number", "("}:
            self.at += 1
            return node, True
        self.at, self.operations = start, done
        return self.term(), False

    def _levy(self) -> str:
        token = self.accept("levy", "decrease")
        return token.value if token else ""

    def term(self) -> Node:
        """Read factors joined by times, divided by, mod."""
        left = self.factor()
        while True:
            self._unit_noise()
            if self.kind() == "%" and self.kind(1) in {"number", "("}:
                self.at += 1
                left, sign = joined("%", [left, self.factor()]), ""
            elif (token := self.accept("*", "/", "mod")) is not None:
                self.skip("junk")
                sign = "%" if token.kind == "mod" else token.kind
                left = joined(sign, [left, self.factor()])
            elif self.kind() == "number" and self.kind(-1) == ")":
                raise NoCalculation
            else:
                return left
            self.operations += 1

    def factor(self) -> Node:
        """Read a signed number, power, fraction or percentage of something."""
        if self.accept("-") is not None:
            return Node(f"-{self.factor().within(POWER)}", POWER)
        base = self._postfixed(self._primary())
        if self.accept("**") is not None:
            self.accept("of")
            self.operations += 1
            return Node(f"{base.within(ATOM)} ** {self.factor().within(ATOM)}", POWER)
        return self._percentage(base) if self.kind() == "%" else base

    def _postfixed(self, base: Node) -> Node:
        while (token := self.accept("squared", "cubed", "!", "fraction")) is not None:
            self.operations += 1
            if token.kind == "!":
                base = Node(f"factorial({base.text})")
            elif token.kind == "fraction":
                base = self._fraction(base, token.value)
            else:
                base = Node(f"{base.within(ATOM)} ** {2 if token.kind == 'squared' else 3}", POWER)
        return base

    def _percentage(self, percent: Node) -> Node:
        """``17 % of x``, ``20 % off x``, ``15 % tip on x``; a percentage alone is left for the caller."""
        start = self.at
        self.expect("%")
        levy = self._levy()
        self.skip("junk") if levy else None
        how = self.accept("of", "on", "off")
        if how is None:
            self.at = start
            return percent
        self.skip("junk", "of", "levy")
        base = self.factor()
        self.operations += 1
        if how.kind == "off" or (levy in REDUCTIONS and self._inclusive):
            return percent_change(base, "-", percent)
        return percent_change(base, "+", percent) if levy and self._inclusive else percent_of(base, percent)

    def _fraction(self, many: Node, value: str) -> Node:
        self.accept("of")
        self.skip("junk", "of")
        base = self.factor()
        times = base if many.text == "1" else joined("*", [base, many])
        return joined("/", [times, Node(_DENOMINATORS[value[:3]])])

    def _primary(self) -> Node:
        if (number := self.accept("number")) is not None:
            return Node(number.value)
        if self.accept("(") is not None:
            inner = self.expression()
            self.expect(")")
            return Node(f"({inner.text})")
        token = self.expect("fraction", "levy", *_PREFIXES, *_LISTS)
        self.operations += 1
        if token.kind == "fraction":
            return self._fraction(Node("1"), token.value)
        if token.kind == "levy":
            return self._levied(token.value)
        return self._listed(token.kind) if token.kind in _LISTS else self._prefixed(token.kind)

    def _levied(self, levy: str) -> Node:
        self.accept("of", "with")
        percent = Node(self.expect("number").value)
        self.expect("%")
        self.expect("of", "on", "off", "to")
        self.skip("junk", "of")
        base = self.factor()
        if self._inclusive:
            return percent_change(base, "-" if levy in REDUCTIONS else "+", percent)
        return percent_of(base, percent)

    def _prefixed(self, kind: str) -> Node:
        self.skip("of", "junk")
        base = self.factor()
        text = _PREFIXES[kind].format(base.text if kind in {"factorial", "sqrt"} else base.within(ATOM))
        if kind in {"factorial", "sqrt"}:
            return Node(text)
        return Node(text, PRODUCT if kind in {"double", "triple"} else POWER)

    def _listed(self, kind: str) -> Node:
        opened = self.accept("(")
        self.skip("of", "junk", "by", "from", "and")
        items = [self.factor(), *self.further()]
        if opened:
            self.accept(")")
        if (len(items) < 2 and kind not in {"sum", "average"}) or len(items) == 1:
            raise NoCalculation
        return combined(kind, items)

    def further(self) -> list[Node]:
        """Read the rest of a list: ``, 5 and 9``."""
        items = []
        while self.accept("and", ",", "by", "to", "/", "with", "is") is not None:
            self.accept("and")
            self.skip("junk", "by", "/")
            if self.kind() not in {"number", "-", "(", "sqrt"}:
                break
            items.append(self.factor())
        return items
