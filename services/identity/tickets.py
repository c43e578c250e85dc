"""Tickets: how a socket without cookie and header shows whose it is, once and within half a minute."""

import secrets

from services.errors import AuthenticationError
from services.identity.sessions import Identity, Sessions
from services.ports.ephemeral import Ephemeral
from services.ports.limits import Limits
from services.rates import Rate
from services.sealed import Sealed

TICKET = "ticket"
TICKET_SECONDS = 30.0
MOST_PER_SESSION = 20


class Tickets(metaclass=Sealed):
    """Single-use tickets, good at every process; only their hash is kept."""

    def __init__(self, sessions: Sessions, ephemeral: Ephemeral, limits: Limits) -> None:
        self._sessions, self._ephemeral = sessions, ephemeral
        self._rate = Rate(limits, "tickets", MOST_PER_SESSION, TICKET_SECONDS)

    async def issue(self, identity: Identity) -> str:
        """Return a ticket of 256 random bits for this session.

        Raises ``TooMuch`` (``rate_limited``) for a session that was given twenty within the time they are
        good for.
        """
        await self._rate.count(identity.session_id)
        ticket = secrets.token_urlsafe(32)
        await self._ephemeral.put(TICKET, ticket, identity.token_hash, TICKET_SECONDS)
        return ticket

    async def redeem(self, ticket: str) -> Identity:
        """Return whose ticket it is and use it up; of many at once exactly one wins.

        Raises ``AuthenticationError`` for one that is unknown, used or late, or whose session has ended.
        """
        token_hash = await self._ephemeral.take(TICKET, ticket)
        if token_hash is None:
            raise AuthenticationError("The ticket is used up or expired.")
        return await self._sessions.recognise(token_hash)
