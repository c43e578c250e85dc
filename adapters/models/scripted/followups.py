"""What a short follow-up means: "and in London?" repeats the question before with another place, number or
grouping.
"""

import re
from collections.abc import Iterator

from adapters.models.scripted.numerals import numbers
from adapters.models.scripted.places import places

_OPENING = re.compile(
    (
        r"^(?:(?:and|ok|okay|now|then|so|also|but|yes|what about|how about|what if|same|the same|"
        r"again|do the same)\b[\s,]*)+"
    ),
    re.IGNORECASE,
)
_VERB = re.compile(
    (
        r"(?:what|how|who|which|when|where|is|are|convert|calculate|tell|show|list|give|find|save|"
        r"remember|note|delete)\b"
    ),
    re.IGNORECASE,
)
_GROUP = re.compile(r"\b(?:per|by|for each|for every|in each|grouped by)\s+(?:the\s+)?[\w]+", re.IGNORECASE)
_WHERE = re.compile(
    r"\b(?:in|for|from|of)\s+(?!each|every|the\b)[\w-]+(?=\W*$|\s+(?:in|from|per|by)\b)", re.IGNORECASE
)


def is_follow_up(clause: str) -> bool:
    """Whether a clause leans on the one before it."""
    return len(clause) <= 80 and (_OPENING.match(clause) is not None or len(clause.split()) <= 4)


def is_fragment(text: str) -> bool:
    """Whether a text is no question of its own but a piece that replaces one of the question before."""
    tail = _OPENING.sub("", text).strip(" ?.!")
    return tail != text.strip(" ?.!") and len(tail.split()) <= 4 and _VERB.match(tail) is None


def resolved(clause: str, before: str) -> Iterator[str]:
    """Yield whole questions the follow-up may stand for, the likeliest first."""
    tail = _OPENING.sub("", clause).strip(" ?.!")
    if not tail:
        return
    before = before.rstrip(" ?.!")
    asked = tail[:1].upper() + tail[1:]
    here = places(tail) or places(f"in {asked}")
    if there := places(before) if here else []:
        name = here[0].name
        yield before[: there[-1].start] + name + before[there[-1].end :]
    if (new := numbers(tail)) and (old := numbers(before)):
        percent = "%" in tail or "percent" in tail
        marked = [n for n in old if re.match(r"\s*(?:%|percent)", before[n.end :])]
        target = marked[0] if percent and marked else old[-1]
        yield before[: target.start] + new[0].value + before[target.end :]
    if _GROUP.match(tail):
        yield _GROUP.sub(tail, before, count=1) if _GROUP.search(before) else f"{before} {tail}"
    if _WHERE.search(before) and re.match(r"(?:in|for|from|of)\b", tail, re.IGNORECASE):
        last = list(_WHERE.finditer(before))[-1]
        yield before[: last.start()] + tail + before[last.end() :]
    yield f"{before} {tail}"
