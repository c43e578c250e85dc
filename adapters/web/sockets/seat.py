"""A place among a user's connections: counted, clocked and given up, for sockets and streams alike."""

import secrets

from adapters.web.delivery import Delivery, WriteNow
from adapters.web.doors import Doors
from adapters.web.sockets.writer import Send, Writer
from services.identity.sessions import Identity
from services.listeners import Listener


class Seat:
    """Who is connected, and their writer. Taking one awaits nothing, so that a drain misses nobody."""

    __slots__ = ("_doors", "_listener", "connection_id", "delivery", "identity", "writer")

    def __init__(self, doors: Doors, identity: Identity, send: Send, offer: WriteNow | None = None) -> None:
        """Take a place; raises ``Refused`` when there is none or the server is stopping."""
        doors.sockets.admit()
        doors.memory.refuse_when_critical()
        self._doors, self.identity = doors, identity
        self.connection_id = secrets.token_hex(8)
        self.delivery = Delivery(doors.sources, identity.user.id)
        self.writer = Writer(self.delivery, send, doors.limits, doors.clock.monotonic(), offer)
        self._listener = self._listen(identity)
        doors.sockets.add(self.writer)

    def change(self, identity: Identity) -> None:
        """Go on with a newer credential of the user: its session now decides when this connection ends."""
        self._doors.listeners.remove(self._listener)
        self._listener = self._listen(identity)
        self.identity = identity

    def leave(self) -> None:
        """Give the place up. Twice is fine."""
        self._doors.listeners.remove(self._listener)
        self._doors.sockets.remove(self.writer)

    def _listen(self, identity: Identity) -> Listener:
        left = identity.expires_at - self._doors.clock.now()
        self.writer.expire_at(self._doors.clock.monotonic() + left.total_seconds())
        return self._doors.listeners.add(identity.user.id, identity.session_id, self.writer.end)
