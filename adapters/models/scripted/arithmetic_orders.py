"""Calculations put as an order: "add 4 and 5", "increase 250 by 12 %", "split 120 between 5"."""

from adapters.models.scripted.arithmetic import Parser
from adapters.models.scripted.arithmetic_nodes import NoCalculation, Node, joined, percent_change

_VERBS = frozenset({"add", "subtract", "multiply", "divide", "increase", "decrease"})


class Orders(Parser):
    """Reads a verb phrase or an expression."""

    def calculation(self) -> Node:
        """Read a verb phrase or an expression."""
        if (verb := self.accept(*_VERBS)) is not None:
            self.operations += 1
            return self._verb(verb.kind)
        start = self.at
        node = self.expression()
        if self.operations or self.kind() not in {"and", ","}:
            return node
        self.at = start
        items = [self.factor(), *self.further()]  # "13 and 29 added up", "what do 13 and 29 add up to"
        self.skip("junk")
        if self.accept("sum", "add", "+", "multiply", "*") is None:
            raise NoCalculation
        self.operations += 1
        return joined("*" if self.tokens[self.at - 1].kind in {"*", "multiply"} else "+", items)

    def _verb(self, verb: str) -> Node:
        self.skip("junk", "of")
        first, percent = self.amount()
        self.skip("junk")
        if verb == "add":
            return self._added(first, percent)
        if verb == "subtract":
            self.expect("from", "off")
            self.skip("junk")
            base = self.expression()
            return percent_change(base, "-", first) if percent else joined("-", [base, first])
        self.accept("with") if verb == "multiply" else None
        self.skip("junk", "levy")
        self.accept("by", "and", "with", "to")
        self.skip("junk", "by")
        second, percent = self.amount()
        if verb in {"increase", "decrease"}:
            sign = "+" if verb == "increase" else "-"
            return percent_change(first, sign, second) if percent else joined(sign, [first, second])
        return joined("*" if verb == "multiply" else "/", [first, second])

    def _added(self, first: Node, percent: bool) -> Node:
        self.skip("levy", "junk")
        if self.accept("to", "on") is not None:
            self.skip("junk", "of")
            base = self.expression()
            return percent_change(base, "+", first) if percent else joined("+", [base, first])
        items = [first, *self.further()]
        if len(items) < 2:
            raise NoCalculation
        return joined("+", items)
