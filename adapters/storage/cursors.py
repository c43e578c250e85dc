"""What a cursor is: a place in one list of one user, signed with what list that was."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from hashlib import blake2b
from typing import Any, TypeVar

from services.errors import FieldError, InvalidInput
from services.ports.runs import Page

T = TypeVar("T")
END = 2**63 - 1


def position(cursor: str | None, *scope: str) -> int:
    """Return the position to go on below; raises ``InvalidInput`` (field ``cursor``) for a foreign one."""
    if cursor is None:
        return END
    try:
        place = int.from_bytes(urlsafe_b64decode(cursor)[8:16])
    except ValueError:
        place = 0
    if cursor != _sealed(place, scope):
        raise InvalidInput(
            "This cursor was not given out for this list.",
            errors=[FieldError("cursor", "take it from the answer before, or leave it out to start anew")],
        )
    return place


def page(rows: Sequence[Any], limit: int, item: Callable[[Any], T], *scope: str) -> Page[T]:
    """Return the first ``limit`` of ``limit + 1`` fetched rows, and the cursor to the rest."""
    shown = rows[:limit]
    more = len(rows) > limit
    cursor = _sealed(shown[-1].position, scope) if more else None
    return Page([item(row) for row in shown], cursor)


def checked_limit(limit: int) -> int:
    """Return how many rows to fetch for this limit: one more, to know whether anything follows."""
    if limit < 1:
        raise InvalidInput("The limit is too small.", errors=[FieldError("limit", "must be at least 1")])
    return limit + 1


def _sealed(place: int, scope: Sequence[str]) -> str:
    seal = blake2b(repr((scope, place)).encode("utf-8", "replace"), digest_size=8).digest()
    return urlsafe_b64encode(seal + place.to_bytes(8)).decode()
