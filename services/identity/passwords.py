"""Which passwords may be chosen: 8 to 128 characters of any kind, nothing cut, none that others try first.

Passwords are compared in the spelling NFKC, so that the same keys on two machines give the same password.
"""

import string
import unicodedata

from services.errors import FieldError
from services.identity.common_passwords import COMMON, LOOK_ALIKES, RUNS

SHORTEST_PASSWORD = 8
LONGEST_PASSWORD = 128
SHORTEST_NUMBER = 12
"""Shorter ones made of digits only are dates, telephone numbers and the like."""

LONG_ENOUGH = 32
"""From here on a repeated pattern is on nobody's list."""

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
    if _too_simple(text) or _common(text):
        return FieldError("password", "is one of the first that others try: use several unrelated words")
    return None


def _too_simple(text: str) -> bool:
    if text.isdigit() and len(text) < SHORTEST_NUMBER:
        return True
    repeats = any(text == text[:size] * (len(text) // size) for size in (1, 2, 3, 4))
    return (repeats and len(text) < LONG_ENOUGH) or any(text in run for run in RUNS)


def _common(text: str) -> bool:
    for candidate in (text, text.translate(LOOK_ALIKES), text.strip(_AROUND).translate(LOOK_ALIKES)):
        word = candidate.strip(_AROUND)
        half = word[: len(word) // 2]
        if word in COMMON or (half * 2 == word and half in COMMON):
            return True
    return False
