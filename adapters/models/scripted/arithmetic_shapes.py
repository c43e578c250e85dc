"""Calculations told in an order no grammar of terms covers: "what percentage of 80 is 20", "3 boxes of 12
each".
"""

import re
from dataclasses import dataclass

from adapters.models.scripted.numerals import SCALED, value_of


@dataclass(frozen=True, slots=True)
class Calculation:
    """An expression; ``sure`` says that the sentence holds nothing else."""

    expression: str
    sure: bool


# Placeholders of the shapes below, so that each stays readable.
_PARTS = {
    "A": rf"(?P<a>[$€£¥]?(?:{SCALED}))",
    "B": rf"(?P<b>[$€£¥]?(?:{SCALED}))",
    "UNIT": r"(?:\s+(?!(?:is|of|to|and|at|for|by|with)\b)[a-z]+)?",
    "PERCENT": r"(?:%|percent\b|per cent\b|pct\b)",
    "ANY": r"[^\d]*?",
    "OFF": r"(?:off|discount|reduction|rebate|cheaper|less|reduced|price cut)",
    "ON": r"(?:tip|gratuity|vat|tax|sales tax|gst|service charge|surcharge|more|extra|on top|markup|raise|"
    r"pay rise|interest|increase)",
    "LOSE": r"(?:eats?|ate|gives?|gave|loses?|lost|sells?|sold|spends?|spent|uses?|used|removes?|donates?|"
    r"throws?|threw|breaks?|broke|drinks?|drank|leaves?|flies|flew|dies?|died|pays?|paid|goes|go|went|takes?|took)",
    "GAIN": r"(?:gets?|got|buys?|bought|finds?|found|receives?|received|gains?|wins?|won|earns?|earned|adds?|"
    r"added|picks?|picked|collects?|collected|arrives?|arrived|joins?|joined|comes?|came|more|another)",
    "HOW": r"(?:how much|what|calculate|compute|how large|how big)",
    "WHAT": r"(?:what|which|how many|how much)",
    "PEOPLE": r"(?:people|persons|friends|kids|children|students|of us|players|colleagues|guests|siblings)",
}
# Each shape: triggers, pattern, expression. It is tried only where a trigger stands in the text.
_SHAPES = r"""
each|apiece|piece|per |every
    <A>\s+[a-z]<ANY>\b(?:at|for|costing|costs?|priced at|worth|with|holding|of|containing|has|
    have|
    holds?|contains?)\s+<B>[^\d.]*?\b(?:each|apiece|a piece|per (?!cent)\w+|every)\b
= {a} * {b}

each|every|1 |a |per
    \b(?:each|every|one|1|an?|per)\b<ANY>\b(?:is|costs?|at|weighs?|takes?|holds?|has|contains?|earns?|for)
    \s+<A><ANY>\b(?:how much|how many|what)\b<ANY><B>\s+(?!%|percent)[a-z]
= {a} * {b}

left|remain|still
    <A>\s+[a-z]<ANY>\b<LOSE>\b<ANY><B>(?!\s*%)<ANY>\b(?:left|remain|remains|remaining|still)\b
= {a} - {b}

now|total|altogether|in all|have
    <A>\s+[a-z]<ANY>\b<GAIN>\b<ANY><B>(?!\s*%)<ANY>
    \b(?:now|total|altogether|in all|do i have|have i|does \w+ have)\b
= {a} + {b}

share|split|divide
    <B>\s+<PEOPLE>\b<ANY>\b(?:share|split|divide)\b<ANY><A>
= {a} / {b}

shared|split|divided|distributed|spread
    <A>\s+[a-z]<ANY>\b(?:shared|split|divided|distributed|spread)\b<ANY>
    \b(?:among|amongst|between|by|over|across|into)\s+<B>
= {a} / {b}

percent|share|proportion
    \b(?:what|which)\s+(?:percentage|percent|share|proportion)\s+of\s+<A><UNIT>\s+
    (?:is|are|does|makes?|equals?)\s+<B>
= {b} / {a} * 100

is what|are what|is which|equal|represent|makes up|is how|are how
    <B><UNIT>\s+(?:is|are|equals?|represents?|makes up)\s+<WHAT>\s*
    (?:<PERCENT>|percentage|share|proportion)\s+of\s+<A>
= {b} / {a} * 100

% is|percent is|percentage is|% are|percent are
    <WHAT>\s*(?:<PERCENT>|percentage)\s+(?:is|are)\s+<B><UNIT>\s+(?:out )?of\s+<A>
= {b} / {a} * 100

 as| in
    <B><UNIT>\s+(?:as|in)\s+(?:a\s+|an\s+)?(?:<PERCENT>|percentage|share)\s+of\s+<A>
= {b} / {a} * 100

change|increase|growth|rise|diff|decrease|drop
    (?:percent\w*|%|relative)\s+(?:change|increase|growth|rise|difference|decrease|drop)\s+(?:from|between)\s+
    <A><UNIT>\s+(?:to|and)\s+<B>
= ({b} - {a}) / {a} * 100

%|percent|per cent|pct
    <A><UNIT>\b<ANY>\b<HOW>\b(?!<ANY>\b(?:new|final|total|price|pay|cost)\b)<ANY><B>\s*<PERCENT>\s*
    (?:\w+\s+)?(?:<ON>|<OFF>)\b(?![^?]*\b(?:price|total|pay|cost)\b)
= {a} * {b} / 100

%|percent|per cent|pct
    <A><UNIT>\b<ANY><B>\s*<PERCENT>\s*(?:\w+\s+)?<OFF>\b(?!\s+(?:on|of)\b)
= {a} * (100 - {b}) / 100

%|percent|per cent|pct
    <A><UNIT>\b<ANY><B>\s*<PERCENT>\s*(?:\w+\s+)?<ON>\b(?!\s+(?:on|of)\b)
= {a} * (100 + {b}) / 100

how many times|how often
    \bhow (?:many times|often) (?:does|do|will|can|would)\s+<B>\s+(?:go|fit)\w*\s+(?:in|into)\s+<A>
= {a} / {b}

numbers|integers
    (?:sum|total)\s+of\s+(?:all\s+)?(?:the\s+)?(?:whole\s+)?(?:numbers|integers)\s+(?:from|between)\s+
    <A>\s+(?:to|and|through|up to)\s+<B>
= ({a} + {b}) * ({b} - {a} + 1) / 2

circle
    \bcircle\b<ANY>\bradius\b<ANY><A>
= pi * {a} ** 2

area
    \barea\b<ANY><A><UNIT>\s+(?:by|x|\*)\s+<B>
= {a} * {b}
"""
_PART = re.compile(r"<([A-Z]+)>")


def _compiled(shape: str) -> tuple[list[str], re.Pattern[str], str]:
    triggers, *pattern, expression = shape.strip("\n").split("\n")
    text = _PART.sub(lambda part: _PARTS[part[1]], "".join(line.strip() for line in pattern))
    return triggers.split("|"), re.compile(text, re.IGNORECASE), expression.removeprefix("= ")


_COMPILED = [_compiled(shape) for shape in _SHAPES.split("\n\n")]
_ONLY = re.compile(r"\d")
_SIMPLE = re.compile(rf"[a-z\s']{{0,20}}?{SCALED}\s*(?:%|percent)\s+of\s+{SCALED}[\s?.!]*", re.IGNORECASE)


_START = re.compile(
    rf"\b(?:take|start with|begin with|starting with|think of)\s+(?P<n>{SCALED})", re.IGNORECASE
)
_CHAIN = re.compile(
    rf"\b(?P<op>add|plus|subtract|minus|take away|multiply|times|divide)\b"
    rf"(?:\s+(?:it|that|this|the result))*(?:\s+by)?\s+(?P<n>{SCALED})(?!\s*%)",
    re.IGNORECASE,
)
_SIGNS = {
    "add": "+",
    "plus": "+",
    "subtract": "-",
    "minus": "-",
    "take away": "-",
    "multiply": "*",
    "times": "*",
    "divide": "/",
}


def _chained(text: str) -> Calculation | None:
    """``take 5, add 3, then divide by 2``: one step after the other, whatever binds tighter elsewhere."""
    if (start := _START.search(text)) is None:
        return None
    steps = list(_CHAIN.finditer(text, start.end()))
    if len(steps) + 1 != len(re.findall(SCALED, text)) or not steps:
        return None
    expression = value_of(start["n"])
    for number, step in enumerate(steps):
        sign = _SIGNS[step["op"].lower()]
        whole = f"({expression})" if number and sign in "*/" else expression
        expression = f"{whole} {sign} {value_of(step['n'])}"
    return Calculation(expression, sure=True)


def shaped(text: str) -> Calculation | None:
    """Return the calculation of a sentence of one of these shapes, when it uses all its numbers."""
    if _SIMPLE.fullmatch(text):  # by far the most frequent, and no shape of ours
        return None
    if (chained := _chained(text)) is not None:
        return chained
    lowered = text.lower()
    if "remainder" in lowered:
        return None
    for triggers, pattern, expression in _COMPILED:
        if not any(trigger in lowered for trigger in triggers):
            continue
        if (match := pattern.search(text)) is None or _ONLY.search(
            text[: match.start()] + text[match.end() :]
        ):
            continue
        given = {name: value_of(value.lstrip("$€£¥")) for name, value in match.groupdict().items() if value}
        return Calculation(expression.format(**given), sure=True)
    return None
