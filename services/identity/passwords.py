"""Which passwords may be chosen: 8 to 128 characters of any kind, nothing cut, none that others try first.

Passwords are compared in the spelling NFKC, so that the same keys on two machines give the same password.
"""

import string
import unicodedata

from services.errors import FieldError
from services.identity.common_passwords import COMMON, LOOK_ALIKES, WALKS

SHORTEST_PASSWORD = 8
LONGEST_PASSWORD = 128
SHORTEST_NUMBER = 12
"""Shorter ones made of digits only are dates, telephone numbers and the like."""

LONGEST_PATTERN = 4
LONG_ENOUGH = 32
"""From here on the repetition of a short pattern is on nobody's list."""

SHORTEST_WALK = 5

_AROUND = string.digits + string.punctuation + string.whitespace


def spelled(password: str) -> str | None:
    """Return the spelling that is hashed, None for a text that cannot be anybody's password."""
    if len(password) > LONGEST_PASSWORD or any("\ud800" <= character <= "\udfff" for character in password):
        return None
    return unicodedata.normalize("NFKC", password)


def objection(password: str, name: str, shortest: int = SHORTEST_PASSWORD) -> FieldError | None:
    """Return what is wrong with a new password of the user of this name, None for nothing."""
    text = spelled(password)
    if len(password) > LONGEST_PASSWORD or (text is not None and len(text) < shortest):
        return FieldError("password", f"must have {shortest} to {LONGEST_PASSWORD} characters")
    if text is None:
        return FieldError("password", "must be valid Unicode text")
    text, name = text.casefold(), name.casefold()
    if name and text in {name, name[::-1], name * 2}:
        return FieldError("password", "must not be the user name")
    if _known(text) or (text.isdigit() and len(text) < SHORTEST_NUMBER):
        return FieldError("password", "is one of the first that others try: use several unrelated words")
    return None


def _known(text: str) -> bool:
    """Return whether the text is a common word or a walk over the keys, however it is dressed up."""
    core = text.strip(_AROUND)
    spellings = (text, core, text.translate(LOOK_ALIKES).strip(_AROUND), core.translate(LOOK_ALIKES))
    return any(_plain(spelling) for spelling in spellings)


def _plain(text: str) -> bool:
    unit = _unit(text)
    if len(unit) < len(text) and len(unit) <= LONGEST_PATTERN:
        return len(text) < LONG_ENOUGH
    return unit in COMMON or (len(unit) >= SHORTEST_WALK and any(unit in walk for walk in WALKS))


def _unit(text: str) -> str:
    """Return the shortest part that, repeated, makes the text."""
    sizes = (size for size in range(1, len(text) // 2 + 1) if len(text) % size == 0)
    return next((text[:size] for size in sizes if text[:size] * (len(text) // size) == text), text)
