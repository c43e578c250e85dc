"""One-time codes: they stand for something once, such as the first administrator or a demo login."""

import secrets

from services.errors import AuthenticationError
from services.ports.ephemeral import Ephemeral
from services.sealed import Sealed


class OneTimeCodes(metaclass=Sealed):
    """Codes of 256 random bits, good at every process, known by their hash, so that timing tells nothing."""

    def __init__(self, ephemeral: Ephemeral) -> None:
        self._ephemeral = ephemeral

    async def issue(self, purpose: str, subject: str, seconds: float) -> str:
        """Return a code that stands for ``subject``, once, for this purpose and for so many seconds."""
        code = secrets.token_hex(32)
        await self._ephemeral.put(_kind(purpose), code, subject, seconds)
        return code

    async def redeem(self, purpose: str, code: str) -> str:
        """Return the subject and use the code up.

        Raises ``AuthenticationError`` for a code that is unknown, used, late or for another purpose.
        """
        subject = await self._ephemeral.take(_kind(purpose), code)
        if subject is None:
            raise AuthenticationError("The code is wrong, used up or expired.")
        return subject


def _kind(purpose: str) -> str:
    return f"code:{purpose}"
