"""What a calculation is built of: pieces of expression that know how tightly they bind, and how they are put
together.
"""

from dataclasses import dataclass

SUM, PRODUCT, POWER, ATOM = 1, 2, 3, 4


class NoCalculation(Exception):
    """These tokens are no calculation: a turn of the parser, not an error anyone sees."""


@dataclass(frozen=True, slots=True)
class Node:
    """A piece of expression and how tightly it binds."""

    text: str
    binds: int = ATOM

    def within(self, binds: int) -> str:
        """Return the text, in parentheses where the surroundings bind tighter."""
        return self.text if self.binds >= binds else f"({self.text})"


def percent_of(base: Node, percent: Node) -> Node:
    """Return so many percent of something."""
    return Node(f"{base.within(PRODUCT)} * {percent.within(POWER)} / 100", PRODUCT)


def percent_change(base: Node, sign: str, percent: Node) -> Node:
    """Return something made larger or smaller by so many percent."""
    return Node(f"{base.within(PRODUCT)} * (100 {sign} {percent.within(PRODUCT)}) / 100", PRODUCT)


def joined(sign: str, nodes: list[Node]) -> Node:
    """Return the nodes with one operator between them."""
    binds = SUM if sign in "+-" else PRODUCT
    first, *rest = nodes
    right = binds + (sign in {"-", "/", "%"})
    return Node(f" {sign} ".join([first.within(binds), *(node.within(right) for node in rest)]), binds)


def combined(kind: str, items: list[Node]) -> Node:
    """Return a list of numbers brought to one, such as their average."""
    if kind in {"sum", "average"}:
        total = joined("+", items)
        return total if kind == "sum" else Node(f"({total.text}) / {len(items)}", PRODUCT)
    if kind in {"product", "quotient", "remainder"}:
        return joined({"product": "*", "quotient": "/", "remainder": "%"}[kind], items)
    try:
        ordered = sorted(items, key=lambda node: float(node.text))
    except ValueError:
        raise NoCalculation from None
    if kind == "difference":
        return joined("-", ordered[::-1])
    if kind == "median":
        middle = ordered[(len(ordered) - 1) // 2 : len(ordered) // 2 + 1]
        return middle[0] if len(middle) == 1 else Node(f"({joined('+', middle).text}) / 2", PRODUCT)
    return ordered[-1 if kind == "largest" else 0]
