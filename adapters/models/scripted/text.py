"""How the scripted model sees a sentence: plain characters, words, and word stems that compare well.

Everything here is a pure function of its argument.
"""

import re
import unicodedata
from functools import lru_cache

WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?|\d+(?:[.,]\d+)*")
QUOTED = re.compile(r"\"([^\"]+)\"|“([^”]+)”|`([^`]+)`|(?<!\w)'((?:[^']|'(?=\w))+)'(?!\w)")
ID = re.compile(r"(?<![\w./-])(?=[\w-]*\d)(?=[\w-]*[^\W\d])[A-Za-z0-9]+(?:[-_][A-Za-z0-9]+)*(?![\w/]|\.\w)")
_PLAIN = str.maketrans(
    {"’": "'", "‘": "'", "−": "-", "–": "-", "×": "*", "÷": "/", "\u00a0": " ", "\u202f": " ", "\u2009": " "}
)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_DOUBLED = re.compile(r"([bdgmnprt])\1$")


def word_list(text: str) -> list[str]:
    """Return the words of a text, for vocabularies."""
    return text.split()


STOP = frozenset(
    word_list(
        """
    a an the of to in on at by for from with and or is are was were be been am do does did can could
    would will shall should may might must i me my you your we our us it its this that these those
    there here what which who whom whose how when where why please as so if then than into about up
    out some any all many much just also s t let tell give show get want need like have has had not
    no yes now per each every
    """
    )
)
# Verbs that many tool names share; alone they do not tell one tool from another.
VAGUE = STOP | frozenset(
    word_list(
        """
    lookup look find fetch list search query call run make create new value name number tool use
    used return returns given using information data details one two text string
    """
    )
)


def plain(text: str) -> str:
    """Return the text with typographic characters replaced by their keyboard twins."""
    return text.translate(_PLAIN).strip()


def unaccented(text: str) -> str:
    """Return the text in lower case without accents."""
    if text.isascii():
        return text.lower()
    return "".join(c for c in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(c))


def words(text: str) -> list[str]:
    """Return the words and numbers of a text in lower case, in order."""
    return WORD.findall(text.lower())


@lru_cache(maxsize=2048)
def name_words(name: str) -> tuple[str, ...]:
    """Return the words of an identifier such as ``unit_price`` or ``fromCurrency``, in lower case."""
    return tuple(re.findall(r"[^\W_]+", _CAMEL.sub(" ", name).replace("_", " ").lower()))


@lru_cache(maxsize=4096)
def stem(word: str) -> str:
    """Return what the forms of an English word share: cities, city; shipping, ship; prices, price."""
    word = word.removesuffix("'s")
    if len(word) <= 3:
        return word
    if word.endswith("ies"):
        word = word[:-3] + "y"
    elif word.endswith(("sses", "shes", "ches", "xes", "zes")):
        word = word[:-2]
    elif word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for ending in ("ing", "ed"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = _DOUBLED.sub(r"\1", word.removesuffix(ending))
            break
    return word[:-1] if word.endswith("e") and len(word) > 3 else word


def stems(text: str) -> list[str]:
    """Return the stems of a text's words, in order."""
    return [stem(word) for word in words(text)]


def quoted(text: str) -> list[str]:
    """Return what stands in quotation marks."""
    return [next(part for part in match if part) for match in QUOTED.findall(text)]


def listed(items: list[str]) -> str:
    """Return ``a, b and c``."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def capital(text: str) -> str:
    """Return the text with its first letter in upper case, the rest untouched."""
    return text[:1].upper() + text[1:]
