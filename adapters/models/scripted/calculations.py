"""Where in a sentence a calculation begins, and whether the sentence holds anything else."""

from adapters.models.scripted.arithmetic_nodes import NoCalculation
from adapters.models.scripted.arithmetic_orders import Orders
from adapters.models.scripted.arithmetic_shapes import Calculation, shaped
from adapters.models.scripted.arithmetic_tokens import FILLERS, Token, tokens


def calculation(text: str) -> Calculation | None:
    """Return the calculation a sentence asks for, or None."""
    found = tokens(text)
    if not any(token.kind == "number" for token in found):
        return None
    return shaped(text) or _parsed(found)


def _parsed(found: list[Token]) -> Calculation | None:
    for start, token in enumerate(found):
        if token.kind in {
            "junk",
            "end",
            ",",
            ")",
            "and",
            "by",
            "of",
            "to",
            "on",
            "off",
            "is",
            "from",
            "with",
            "%",
            "/",
            "*",
        }:
            continue
        parser = Orders(found, start)
        try:
            node = parser.calculation()
        except NoCalculation:
            continue
        if any(t.kind == "number" for t in found[:start]):
            return None  # what stands before would be left out
        rest = found[parser.at :]
        if parser.operations and not any(t.kind in {"number", "*", "/", "+", "**"} for t in rest):
            others = [t for t in (*found[:start], *rest) if t.kind == "junk"]
            return Calculation(node.text, all(t.value in FILLERS for t in others))
    return None
