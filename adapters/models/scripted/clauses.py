"""Where one message holds several questions: at the ends of sentences, and at "and" before a new question or
order.

Nothing is split inside quotation marks. Softer borders ("17 % of 80 and the time in Tokyo") are offered for
the planner to try.
"""

import re

_QUOTE = re.compile(r"\"[^\"]*\"|“[^”]*”|(?<!\w)'[^']*'(?!\w)")
_STARTER = (
    r"(?:what|what's|whats|how|which|who|who's|whose|when is|when does|where|why|is it|is there|"
    r"are there|can you|could you|would you|will you|please|"
    r"tell|give|show|list|convert|calculate|compute|evaluate|work out|figure out|remember|save|"
    r"store|note|jot|keep|record|"
    r"write (?:it|that|this|them|down)|make (?:a|me)|take (?:a|note)|add (?:a|it|that|this|them|"
    r"the result)|put (?:it|that|this|them|the)|delete|remove|forget|find|look|search|"
    r"roll|translate|check|send|count|draw|pick|let me know|do i|did i|i need|i want|i'd like|"
    r"don't forget|multiply|divide|subtract|log|create)\b"
)
_HARD = re.compile(
    rf"(?<=[?!;])\s+|(?<![ap]\.m)(?<=\w\w)\.\s+(?=[A-Z\"'“])|(?<=[)\d\"'])\.\s+(?=[A-Z])|\s*\n+\s*"
    rf"|\s*,?\s*\b(?:and then|and also|and|then|also|plus|but|as well as)\s*,?\s+(?:also\s+|"
    rf"then\s+|please\s+)*(?={_STARTER})"
    rf"|,\s+(?:please\s+)?(?=(?:save|store|remember|note|jot|tell|give|convert|calculate|delete|"
    rf"then|also|list)\b)"
    rf"|,\s*(?:and|then)\s+",
    re.IGNORECASE,
)
_SOFT = re.compile(
    r"\s*,?\s+(?:and(?: also)?|plus|as well as|along with|together with)\s+|\s*,\s+", re.IGNORECASE
)
_CONJUNCTION = re.compile(
    r"^(?:(?:and|then|also|plus|but|so|finally|afterwards?|next)\b[\s,]*)+", re.IGNORECASE
)


def clauses(text: str) -> list[str]:
    """Return the clauses of a message, in order."""
    masked = _QUOTE.sub(lambda match: "x" * len(match[0]), text)
    if not _HARD.search(masked):
        return [text.strip()] if text.strip() else []
    parts, start = [], 0
    for match in _HARD.finditer(masked):
        parts.append(text[start : match.start()] + ("." if match[0].startswith(".") else ""))
        start = match.end()
    parts.append(text[start:])
    return [cleaned for part in parts if (cleaned := bare(part))]


def bare(clause: str) -> str:
    """Return a clause without the conjunction it begins with."""
    return _CONJUNCTION.sub("", clause.strip(" ,;")).strip()


def borders(clause: str) -> list[tuple[str, str]]:
    """Return the ways to part a clause in two at "and" or a comma, rightmost last."""
    masked = _QUOTE.sub(lambda match: "x" * len(match[0]), clause)
    found = [(clause[: m.start()].strip(), bare(clause[m.end() :])) for m in _SOFT.finditer(masked)]
    return [(left, right) for left, right in found if left and right][:6]
