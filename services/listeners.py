"""Who is connected here now, and whose connection has to make room or to end."""

from collections import OrderedDict
from collections.abc import Callable, Iterable

import structlog

from services.errors import TooMuch
from services.sealed import Sealed

log = structlog.get_logger(__name__)

Close = Callable[[int, str], None]

RETRY_AFTER = 5.0
ENDED: tuple[int, str] = (4401, "session ended")
MOST_REMEMBERED = 10_000


class Listener:
    """One connection of one user, known by itself only."""

    __slots__ = ("close", "session_id", "user_id")

    def __init__(self, user_id: str, session_id: str, close: Close) -> None:
        self.user_id, self.session_id, self.close = user_id, session_id, close


class Listeners(metaclass=Sealed):
    """The open sockets and streams of this process; for the loop's thread only.

    Every ``close`` is called once at most, after its listener was removed, and must not wait. One that
    fails is logged and keeps no other from being closed.
    """

    def __init__(self, per_user: int, total: int) -> None:
        self._per_user, self._total = per_user, total
        self._users: dict[str, dict[Listener, None]] = {}
        self._sessions: dict[str, dict[Listener, None]] = {}
        self._ended: OrderedDict[str, None] = OrderedDict()
        self._count = 0

    def add(self, user_id: str, session_id: str, close: Close) -> Listener:
        """Remember a connection; the user's oldest makes room for one beyond ``per_user``.

        One whose session was ended just now, while it was on its way in, is closed instead. Raises
        ``TooMuch`` (``too_many_sockets``) when all users together have ``total``, unless the oldest one of
        this user makes room.
        """
        if session_id in self._ended:
            close(*ENDED)
            return Listener(user_id, session_id, close)
        mine = self._users.get(user_id, {})
        if len(mine) >= self._per_user:
            self._close([next(iter(mine))], 4503, "another connection of yours took this place")
        elif self._count >= self._total:
            raise TooMuch("too many connections", code="too_many_sockets", retry_after_s=RETRY_AFTER)
        listener = Listener(user_id, session_id, close)
        self._users.setdefault(user_id, {})[listener] = None
        self._sessions.setdefault(session_id, {})[listener] = None
        self._count += 1
        return listener

    def remove(self, listener: Listener) -> None:
        """Forget a connection. Twice is fine."""
        if listener in self._users.get(listener.user_id, ()):
            self._count -= 1
            _drop(self._users, listener.user_id, listener)
            _drop(self._sessions, listener.session_id, listener)

    def close_session(self, session_id: str) -> int:
        """Close the connections of a session that has ended; return how many there were."""
        self._ended[session_id] = None
        if len(self._ended) > MOST_REMEMBERED:
            self._ended.popitem(last=False)
        return self._close(list(self._sessions.get(session_id, ())), *ENDED)

    def close_user(self, user_id: str, code: int = 4401, reason: str = "session ended") -> int:
        """Close the connections of a user; return how many there were."""
        return self._close(list(self._users.get(user_id, ())), code, reason)

    def close_all(self, code: int, reason: str) -> int:
        """Close every connection; return how many there were."""
        return self._close([each for mine in self._users.values() for each in mine], code, reason)

    def has(self, user_id: str) -> bool:
        """Return whether this user is connected here."""
        return user_id in self._users

    def count(self) -> int:
        """Return how many connections there are."""
        return self._count

    def _close(self, listeners: Iterable[Listener], code: int, reason: str) -> int:
        closed = 0
        for listener in listeners:
            self.remove(listener)
            closed += 1
            try:
                listener.close(code, reason)
            except Exception:
                log.exception("closing_listener_failed", user_id=listener.user_id, code=code)
        return closed


def _drop(index: dict[str, dict[Listener, None]], key: str, listener: Listener) -> None:
    mine = index[key]
    del mine[listener]
    if not mine:
        del index[key]
