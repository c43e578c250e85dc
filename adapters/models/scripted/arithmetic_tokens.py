"""Which words and signs of a sentence belong to arithmetic: one pass, longest phrase first."""

import re
from dataclasses import dataclass

from adapters.models.scripted.numerals import SCALED, value_of
from adapters.models.scripted.text import word_list

_PHRASES = {
    "+": (
        "plus|added to|increased by|raised by|grown by|grows by|increases by|rises by|goes up by|"
        "went up by|go up by|rose by|rise by|gone up by|more than|in addition to"
    ),
    "-": (
        "minus|less|decreased by|reduced by|lowered by|discounted by|decreases by|drops by|falls by|"
        "goes down by|went down by|go down by|fell by|dropped by|without|excluding"
    ),
    "*": "times|multiplied by|x",
    "/": "divided by|over",
    "%": "percent|per cent|pct|percentage points",
    "**": "raised to the power of|raised to the power|to the power of|to the power|raised to|power",
    "mod": "modulo|mod",
    "squared": "squared",
    "cubed": "cubed",
    "sqrt": "square root of|square root|sqrt of|sqrt|root of",
    "cbrt": "cube root of|cube root|cubic root of",
    "square": "square of|square",
    "cube": "cube of|cube",
    "factorial": "factorial of",
    "!": "factorial",
    "double": "double|twice",
    "triple": "triple|thrice",
    "fraction": (
        "half|halves|third|thirds|quarter|quarters|fourth|fourths|fifth|fifths|sixth|sixths|seventh|"
        "sevenths|"
        "eighth|eighths|ninth|ninths|tenth|tenths|hundredth|hundredths"
    ),
    "sum": "sum of|sum|total of|add up",
    "average": "arithmetic mean of|average of|mean of|average|mean|arithmetic mean",
    "median": "median of|median",
    "product": "product of|product",
    "difference": "difference between|difference of|difference",
    "quotient": "quotient of|ratio of",
    "largest": (
        "maximum of|max of|largest of|biggest of|greatest of|highest of|maximum|largest|biggest|"
        "greatest"
    ),
    "smallest": "minimum of|min of|smallest of|lowest of|least of|minimum|smallest|lowest",
    "remainder": "remainder of|remainder when|remainder",
    "add": "add",
    "subtract": "subtract|deduct|take away|take",
    "multiply": "multiply",
    "divide": "divide|split|share",
    "increase": "increase|raise|mark up|markup",
    "decrease": "decrease|reduce|lower|cut|discount",
    "and": "and|&",
    "by": "by|between|among|amongst|into",
    "from": "from",
    "to": "to",
    "on": "on|for|onto|over a",
    "off": "off",
    "of": "of",
    "with": "with|including|incl|include|at|inclusive of",
    "levy": (
        "tips|tip|gratuity|vat|sales tax|taxes|tax|gst|service charge|surcharge|interest|commission|"
        "fee|markup|"
        "discount|rebate|reduction|price cut|raise|pay rise|growth"
    ),
    "is": "is|equals|equal|are|makes|make|=",
}  # fmt: skip
_KIND = {phrase: kind for kind, phrases in reversed(_PHRASES.items()) for phrase in phrases.split("|")}
_FIRST = {
    first: max(len(phrase.split()) for phrase in _KIND if phrase.split()[0] == first)
    for first in {phrase.split()[0] for phrase in _KIND}
}
_TOKEN = re.compile(
    rf"(?P<date>(?<![\d-])\d{{4}}-\d\d(?:-\d\d)?(?![\d-]))|[$€£¥]?(?P<number>{SCALED})|(?P<sign>\*\*|[-+*/^%!(),=&])|(?P<word>[a-z']+)|(?P<end>[.;:?](?:\s|$))",
    re.IGNORECASE,
)
FILLERS = frozenset(
    word_list(
        """
    what what's whats is the a an of i me my you can could would will please calculate compute work
    out figure evaluate result value how much many tell give find number numbers determine solve
    total answer do does be get know quickly these following need want if to add up exactly amount
    hey hi hello so now it for it's equal equals make makes come comes when then there each pay have
    left remains remain after final price altogether all together percentage sum bill person people
    person ways way friends kindly let's let us say just quick math maths question
    """
    )
)
REDUCTIONS = frozenset({"discount", "rebate", "reduction", "price cut"})


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of arithmetic; ``value`` is the number's decimal text, or the words as written."""

    kind: str
    value: str


def tokens(text: str) -> list[Token]:
    """Return the arithmetic of a sentence without number words; other words are of kind ``junk``."""
    pieces = [(match.lastgroup, match[0]) for match in _TOKEN.finditer(text.lower())]
    found: list[Token] = []
    at = 0
    while at < len(pieces):
        group, value = pieces[at]
        used = 1
        if group == "number":
            found.append(Token("number", value_of(value.lstrip("$€£¥"))))
        elif group == "sign":
            found.append(Token(_SIGNS.get(value, value), value))
        elif group == "word":
            phrase, used = _phrase_at(pieces, at)
            found.append(Token(_KIND.get(phrase, "junk"), phrase))
        elif found:
            found.append(Token("end", value))
        at += used
    return found


_SIGNS = {"^": "**", "=": "is", "&": "and"}


def _phrase_at(pieces: list[tuple[str | None, str]], at: int) -> tuple[str, int]:
    """Return the longest known phrase that begins here, or the word, and how many words it has."""
    word = pieces[at][1]
    for size in range(_FIRST.get(word, 1), 1, -1):
        window = pieces[at : at + size]
        phrase = " ".join([value for _, value in window])
        if phrase in _KIND and all(group == "word" for group, _ in window):
            return phrase, size
    return word, 1
