"""Which sentences are about notes, and which part of them is the note or what is looked for."""

import re

_OPEN = (
    r"^(?:(?:hi|hello|hey|please|ok|okay|so|now|and|also|then|can you|could you|would you|will you|i "
    r"want you to|i need you to|i'd like you to|i would like you to|kindly|let's|don't forget to)"
    r"\b[\s,]*)*"
)
_NOTES = r"(?:notes?|memos?|reminders?)"
_KEEP = [
    (
        rf"(?:save|store|keep|record|put|write|add|log)\s+(?P<quoted>[\"“'].+[\"”'])"
        rf"\s+(?:down\s+)?(?:as|in|into|to)\s+(?:a\s+|my\s+|the\s+)?(?:new\s+)?{_NOTES}\b"
    ),
    (
        rf"(?:save|store|keep|record|put|write|add|log)\s+(?:down\s+)?(?P<middle>.+?)\s+(?:as|in|into|"
        rf"to)\s+(?:a\s+|an\s+|my\s+|the\s+)?(?:new\s+)?{_NOTES}\s*[.!]*$"
    ),
    (
        rf"(?:add|make|take|create|save|write|leave|store|keep|record|start|put|jot)"
        rf"\s+(?:down\s+)?(?:me\s+)?(?:a\s+|an\s+|another\s+|the\s+|this\s+)?(?:new\s+|quick\s+|"
        rf"short\s+)*{_NOTES}\s*(?:for me\s*)?(?::|,|-|that says|which says|saying|stating|reading|"
        rf"with the (?:text|content)|that|to remind me (?:that|to|about)|about|of|on|to|"
        rf"for)?\s*(?P<text>.+)"
    ),
    (
        r"remember(?!\s+(?:what|where|when|who|how)\b)\s*(?:for me\s*)?(?::|,|that|this\s*:?|the "
        r"following\s*:?)?\s*(?P<text2>.+)"
    ),
    rf"{_NOTES}\s+to\s+self\s*[:,-]?\s*(?P<text7>.+)",
    r"note\s*(?::|-|that|down(?:\s+that|\s*:)?|this\s*:?)\s*(?P<text3>.+)",
    r"(?:jot|write|put|note)\s+(?:this\s+)?down\s*(?::|that|this\s*:?)?\s*(?P<text4>.+)",
    r"(?:don't|do not|never) (?:let me )?forget\s*(?:that|:)?\s*(?P<text5>.+)",
    (
        r"(?:keep in mind|make sure you remember|bear in mind|remind me(?!\s+(?:what|where|when|who|"
        r"how|of)\b))\s*(?:that|:)?\s*(?P<text6>.+)"
    ),
]
ADD = re.compile(
    _OPEN + "(?:" + "|".join(f"(?:{pattern})" for pattern in _KEEP) + ")", re.IGNORECASE | re.DOTALL
)
_ABOUT = [
    (
        r"(?:what|anything|something)\s+(?:did|have|do|had|was it)\s+i\s+(?:ever\s+)?(?:note|noted|"
        r"write|written|wrote|say|said|save|saved|store|stored|record|recorded|jot|jotted|tell you|"
        r"told you|ask you to remember|asked you to remember|put|keep|kept|know|have)"
        r"\s*(?:down)?\s*(?:in (?:my|the) notes)?\s*(?:about|on|regarding|concerning|for|of)"
        r"\s+(?P<a>.+)"
    ),
    (
        rf"(?:search|look|check|go|browse|dig|scan)\s*(?:in|through|into|"
        rf"up)?\s*(?:all\s+)?(?:of\s+)?(?:my|the)?\s*{_NOTES}\s*(?:for|about|on|mentioning|containing|"
        rf"with)\s+(?P<b>.+)"
    ),
    (
        rf"(?:find|show|get|list|give|fetch|display|bring up|pull up|read|search for|look up|search)"
        rf"\s+(?:me\s+)?(?:all\s+|any\s+|every\s+)?(?:of\s+)?(?:my|the|a)?\s*{_NOTES}\s*(?:i have\s+|i "
        rf"made\s+|i wrote\s+|that\s+|which\s+)?(?:about|on|for|regarding|concerning|mentioning|"
        rf"mentions?|containing|contains?|with|related to|of|saying)\s+(?P<c>.+)"
    ),
    (
        rf"(?:do|did) i (?:have|make|write|save|keep|take|leave)\s+(?:any(?:thing)?|some(?:thing)?|a|"
        rf"notes?)?\s*(?:{_NOTES})?\s*(?:about|on|for|regarding|concerning|mentioning)\s+(?P<d>.+)"
    ),
    (
        rf"what (?:do|does|did) my {_NOTES}\s+(?:say|tell|mention|have|contain)"
        rf"\w*\s*(?:me\s+)?(?:about|on|regarding|for)\s+(?P<e>.+)"
    ),
    (
        rf"(?:which|what) (?:of my )?{_NOTES}\s+(?:do i have\s+|are there\s+|did i (?:make|write|take)"
        rf"\s+)?(?:mention|mentions|contain|contains|about|are about|talk about|refer to|on|is about|"
        rf"concern)\s+(?P<f>.+)"
    ),
    (
        rf"(?:find|search for|look for|look up|search|recall)\s+(?P<g>.+?)\s+(?:in|among|within|from)"
        rf"\s+(?:all\s+)?(?:my|the)\s+{_NOTES}"
    ),
    (
        rf"(?:is there|are there|have i got|have i)\s+(?:anything|something|any|a|some)?\s*(?:noted|"
        rf"saved|written)?\s*(?:in my\s+)?(?:{_NOTES})?\s*(?:about|on|for|regarding|mentioning)"
        rf"\s+(?P<h>.+?)(?:\s+in (?:my|the) {_NOTES})?$"
    ),
    (
        r"(?:do you remember|can you recall|recall|remind me of|remind me about|do you "
        r"know(?=\s+(?:what\s+)?(?:is\s+)?my\b))\s+(?:what (?:i said|i noted|i told you) about\s+|"
        r"what\s+(?=my\b))?(?P<i>(?:about\s+)?.+)"
    ),
]
SEARCH = re.compile(_OPEN + "(?:" + "|".join(f"(?:{pattern})" for pattern in _ABOUT) + ")", re.IGNORECASE)
LIST = re.compile(
    rf"\b(?:(?:list|show|see|display|read|print|view|give|get|tell|what are|what's in|open|fetch)"
    rf"\b.*\b{_NOTES}\b|(?:all\s+)?my {_NOTES}\b|what {_NOTES}\b|which {_NOTES}\b|"
    r"what (?:have|did) (?:i|we) (?:noted?|saved?|written|write|jot\w*|stored?|asked? you to "
    r"remember|told? you to remember)\b|what do you remember\b|everything i noted)",
    re.IGNORECASE,
)
DELETE = re.compile(
    (
        rf"\b(?:delete|remove|forget|erase|drop|discard|get rid of|throw away|trash)\b.*\b{_NOTES}\b|"
        rf"\b(?:delete|remove|forget|erase)\s+(?P<id>note\w+|n_\w+)"
    ),
    re.IGNORECASE,
)
RESULT = re.compile(
    (
        r"^(?:(?:both|all|each)(?: of (?:these|those|them|the results))?|(?:the |that |this |these |"
        r"those |your |its |my )?(?:\w+ )?(?:results?|answers?|outcomes?|findings?|numbers?|figures?|"
        r"summary|output|totals?|values?|table|conversions?|times?|averages?|sums?|response)|it|that|"
        r"this|them|these|those|everything)(?:\s+(?:down|too|as well|for me|please|somewhere|for "
        r"later))*$"
    ),
    re.IGNORECASE,
)
_SAVE_RESULT = re.compile(
    rf"\b(?:save|store|keep|record|write|note|remember|add|put|jot|make|take|log)\b.*?\b(?:it|that|"
    rf"this|them|these|those|results?|answers?|both|everything|outcome|numbers?|figures?|findings?)"
    rf"\b.*\b{_NOTES}\b"
    r"|\b(?:save|store|note|remember|keep|record|write|jot)\s+(?:down\s+)?(?:it|that|this|them|"
    r"these|those|both|everything|the (?:\w+ )?(?:results?|answers?|outcome|numbers?|figures?))"
    r"(?:\s+(?:down|too|as well|for me|please|for later))*\s*[.!?]*$"
    rf"|\b(?:make|take|create|add|write|leave)\s+(?:me\s+)?(?:a|another)"
    rf"\s+(?:new\s+)?{_NOTES}\s+(?:of|about|with|from|on|out of)\s+(?:it|that|this|them|these|"
    rf"those|(?:the|that|this|your)\s+(?:\w+\s)?(?:results?|answers?|outcome|numbers?|figures?)|"
    rf"both)\b",
    re.IGNORECASE,
)
TAIL = re.compile(r"(?:[\s,]*(?:please|for me|thanks|thank you))*[\s.!?]*$", re.IGNORECASE)
FILLER = re.compile(r"^(?:(?:the|my|a|an|any|some|about|what|that|is|was|are)\b\s*)+", re.IGNORECASE)
HINT = re.compile(
    r"\b(?:not(?:e|es|ed)|memos?|remind|reminders?|remember|forget|forgot|save|saved?|store|"
    r"stored?|jot|jotted|write|wrote|written|keep|kept|"
    r"record|recorded|log|recall|bear|down|put|said|told|anything|something|do you know)\b",
    re.IGNORECASE,
)


MY = re.compile(
    (
        r"^(?:please\s+)?(?:what(?:'s| is| was| are| were)|when(?:'s| is| was)|where(?:'s| is| are| "
        r"did i (?:put|leave|park))|who(?:'s| is)|which is|do you know|tell me|give me)"
        r"\s+(?P<about>my\s+.+)"
    ),
    re.IGNORECASE,
)


def saves_result(clause: str) -> bool:
    """Whether a clause asks to keep an answer just given, rather than a text of its own."""
    return _SAVE_RESULT.search(clause) is not None


def about_notes(clause: str) -> bool:
    """Whether a clause is about notes at all."""
    return bool(ADD.match(clause) or SEARCH.match(clause) or DELETE.search(clause) or LIST.search(clause))


def keeps_note(clause: str) -> bool:
    """Whether a clause begins a note, whose text may hold anything."""
    return ADD.match(clause) is not None
