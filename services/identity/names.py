"""Which user names there may be: 1 to 64 printable characters, spelled in NFKC, no blank at either end."""

import unicodedata

from services.errors import FieldError

LONGEST_NAME = 64


def spelled(name: str) -> str:
    """Return the one spelling of a name, as it is stored and looked up."""
    return unicodedata.normalize("NFKC", name)


def folded(name: str) -> str:
    """Return a form in which names that differ only in case are equal."""
    return unicodedata.normalize("NFKC", spelled(name).casefold())


def objection(name: str) -> FieldError | None:
    """Return what is wrong with a spelled name, None for nothing."""
    if not 1 <= len(name) <= LONGEST_NAME:
        return FieldError("username", f"must have 1 to {LONGEST_NAME} characters")
    if name != name.strip():
        return FieldError("username", "must not begin or end with a blank")
    if not name.isprintable():
        return FieldError("username", "must hold printable characters only")
    return None
