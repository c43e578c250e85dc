"""Tickets: how a socket without cookie and header shows whose it is, once and within half a minute."""

import hashlib
import secrets
from collections import OrderedDict
from dataclasses import dataclass

from services.errors import AuthenticationError, TooMuch
from services.identity.sessions import Identity, Sessions
from services.ports.clock import Clock
from services.sealed import Sealed

TICKET_SECONDS = 30.0
MOST_TICKETS = 10_000
MOST_PER_SESSION = 20


@dataclass(frozen=True, slots=True)
class _Ticket:
    session_id: str
    token_hash: str
    until: float


class Tickets(metaclass=Sealed):
    """Single-use tickets, kept in memory by their digest; for the loop's thread only."""

    def __init__(self, sessions: Sessions, clock: Clock) -> None:
        self._sessions, self._clock = sessions, clock
        self._tickets: OrderedDict[bytes, _Ticket] = OrderedDict()
        self._of_session: dict[str, OrderedDict[bytes, None]] = {}

    def issue(self, identity: Identity) -> str:
        """Return a ticket of 256 random bits for this session; its oldest gives way to one beyond twenty.

        Raises ``TooMuch`` (``rate_limited``) when all sessions together hold too many.
        """
        self._forget_expired()
        mine = self._of_session.get(identity.session_id, ())
        if len(mine) >= MOST_PER_SESSION:
            self._take(next(iter(mine)))
        if len(self._tickets) >= MOST_TICKETS:
            raise TooMuch("too many tickets are waiting", retry_after_s=TICKET_SECONDS)
        ticket = secrets.token_urlsafe(32)
        until = self._clock.monotonic() + TICKET_SECONDS
        self._tickets[_digest(ticket)] = _Ticket(identity.session_id, identity.token_hash, until)
        self._of_session.setdefault(identity.session_id, OrderedDict())[_digest(ticket)] = None
        return ticket

    async def redeem(self, ticket: str) -> Identity:
        """Return whose ticket it is and use it up; of many at once exactly one wins.

        Raises ``AuthenticationError`` for one that is unknown, used or late, or whose session has ended.
        """
        found = self._take(_digest(ticket))
        if found is None or self._clock.monotonic() >= found.until:
            raise AuthenticationError("The ticket is used up or expired.")
        return await self._sessions.recognise(found.token_hash)

    def _take(self, digest: bytes) -> _Ticket | None:
        found = self._tickets.pop(digest, None)
        if found is not None:
            mine = self._of_session[found.session_id]
            del mine[digest]
            if not mine:
                del self._of_session[found.session_id]
        return found

    def _forget_expired(self) -> None:
        now = self._clock.monotonic()
        while self._tickets:
            digest, oldest = next(iter(self._tickets.items()))
            if now < oldest.until:
                return
            self._take(digest)


def _digest(ticket: str) -> bytes:
    return hashlib.sha256(ticket.encode("utf-8", "surrogatepass")).digest()
