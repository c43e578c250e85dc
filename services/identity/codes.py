"""One-time codes: they stand for something once, such as the first administrator or a demo login."""

import hashlib
import secrets
from collections import OrderedDict
from dataclasses import dataclass

from services.errors import AuthenticationError
from services.ports.clock import Clock
from services.sealed import Sealed

MOST_CODES = 1000


@dataclass(frozen=True, slots=True)
class _Code:
    subject: str
    until: float


class OneTimeCodes(metaclass=Sealed):
    """Codes of 256 random bits in memory, known by their digest, so that timing tells nothing about them.

    A thousand are kept at most; expired ones go first, then the oldest. For the loop's thread only.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._codes: OrderedDict[bytes, _Code] = OrderedDict()

    def issue(self, purpose: str, subject: str, seconds: float) -> str:
        """Return a code that stands for ``subject``, once, for this purpose and for so many seconds."""
        self._make_room()
        code = secrets.token_hex(32)
        self._codes[_digest(purpose, code)] = _Code(subject, self._clock.monotonic() + seconds)
        return code

    def redeem(self, purpose: str, code: str) -> str:
        """Return the subject and use the code up.

        Raises ``AuthenticationError`` for a code that is unknown, used, late or for another purpose.
        """
        found = self._codes.pop(_digest(purpose, code), None)
        if found is None or self._clock.monotonic() >= found.until:
            raise AuthenticationError("The code is wrong, used up or expired.")
        return found.subject

    def _make_room(self) -> None:
        if len(self._codes) < MOST_CODES:
            return
        now = self._clock.monotonic()
        for digest in [digest for digest, code in self._codes.items() if now >= code.until]:
            del self._codes[digest]
        if len(self._codes) >= MOST_CODES:
            self._codes.popitem(last=False)


def _digest(purpose: str, code: str) -> bytes:
    return hashlib.sha256(f"{purpose}\0{code}".encode("utf-8", "surrogatepass")).digest()
