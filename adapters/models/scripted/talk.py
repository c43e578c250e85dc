"""What is said without a tool: greetings, thanks, what the model can do, and that it cannot help."""

import re
from collections.abc import Sequence

from adapters.models.scripted.text import capital, name_words
from adapters.models.scripted.tools import ToolView

_GREETING = re.compile(
    (
        r"^\W*(?:hi|hello|hey|good (?:morning|afternoon|evening|day)|greetings|howdy|hiya|yo|moin|"
        r"servus)\b(?:[\s,]+(?:there|you|all|everyone|soledoor|assistant|again|how are you(?: "
        r"doing)?(?: today)?))*\W*$"
    ),
    re.IGNORECASE,
)
_HOW = re.compile(r"^\W*(?:how are you(?: doing)?(?: today)?|how's it going|what's up)\W*$", re.IGNORECASE)
_THANKS = re.compile(
    (
        r"^\W*(?:(?:many |great, )?thanks?(?: you)?|thank you|cheers|great|perfect|nice|cool|ok|okay|"
        r"got it)\b[\w\s,]{0,20}\W*$"
    ),
    re.IGNORECASE,
)
_BYE = re.compile(r"^\W*(?:bye|goodbye|see you|good night|farewell)\b[\w\s]{0,12}\W*$", re.IGNORECASE)
_HELP = re.compile(
    (
        r"\bwhat (?:can|do) you (?:do|offer|help)|\bwhat are you able|\bhow can you help|\bwhat "
        r"(?:are )?(?:your )?(?:tools|abilities|capabilities|skills)\b|"
        r"^\W*(?:help|help me|who are you|what are you|what is this|how do(?:es)? (?:you|this|it) "
        r"work)\W*$|\bwhat tools (?:do you have|are there|can you)"
    ),
    re.IGNORECASE,
)
_DIGIT = re.compile(r"\d")
_REQUEST = re.compile(
    (
        r"\?|^(?:please|can|could|would|what|which|who|how|when|where|why|tell|give|show|make|write|"
        r"list|count|display|name|rank|compare|sort|sing|play|find|send|book|order|do|is|are|"
        r"translate|draw|explain)\b"
    ),
    re.IGNORECASE,
)
_MOST = 12


def small_talk(text: str, tools: Sequence[ToolView]) -> str | None:
    """Return a friendly answer to a greeting, thanks or a question about the model itself."""
    if len(text) > 120 or _DIGIT.search(text):
        return None
    if _HELP.search(text):
        return (
            f"I can use these tools:\n\n{abilities(tools)}\n\nJust ask in your own words."
            if tools
            else _ALONE
        )
    if _GREETING.match(text) or _HOW.match(text):
        return "Hello! How can I help you? Ask me “what can you do?” to see what there is."
    if _THANKS.match(text):
        return "You are welcome."
    return "Goodbye!" if _BYE.match(text) else None


_ALONE = "I have no tools here, so there is little I can do beyond saying hello."


def abilities(tools: Sequence[ToolView]) -> str:
    """Return one line per tool."""
    lines = [
        f"- **{' '.join(name_words(t.name))}**: {_first_sentence(t.schema.description)}"
        for t in tools[:_MOST]
    ]
    return "\n".join(lines + ([f"- … and {len(tools) - _MOST} more"] if len(tools) > _MOST else []))


def _first_sentence(text: str) -> str:
    return capital(re.split(r"(?<=[.!?])\s|\n", text.strip())[0].rstrip("."))


def cannot(clause: str, tools: Sequence[ToolView], *, alone: bool) -> str:
    """Say honestly that no tool fits; ``alone`` when there is nothing else to answer."""
    asked = clause.rstrip(" .?!")
    asked = asked if len(asked) <= 80 else asked[:79] + "…"
    if not alone:
        return f"I cannot help with “{asked}”: none of my tools fits."
    if not tools:
        return f"I cannot help with “{asked}”: I have no tools here."
    return f"I cannot help with “{asked}”: none of my tools fits. What I can do:\n\n{abilities(tools)}"


def asks(clause: str) -> bool:
    """Whether a clause asks for something, so that leaving it out must be said."""
    return _REQUEST.search(clause) is not None and small_talk(clause, ()) is None
