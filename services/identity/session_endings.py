"""How a session ends: its row goes, and its connections are closed at every process."""

from anyio import CancelScope

from services.listeners import Listeners
from services.ports.identity import SessionStore
from services.ports.notices import Notices
from services.sealed import Sealed

ENDED = "sessions_ended"
"""The kind of notice; its subject is the ids of the sessions, with blanks between them."""


class SessionEndings(metaclass=Sealed):
    """Ends sessions: here at once, elsewhere within a second. Nothing of it is cut off half-way."""

    def __init__(self, store: SessionStore, listeners: Listeners, notices: Notices) -> None:
        self._store, self._listeners, self._notices = store, listeners, notices
        notices.hear(ENDED, self._close)

    async def end(self, session_id: str) -> None:
        """End one session. Twice is fine. Raises ``Unavailable``."""
        with CancelScope(shield=True):
            await self._store.end(session_id)
            await self._tell(session_id)

    async def end_all(self, user_id: str) -> None:
        """End every session of a user; raises ``Unavailable``."""
        with CancelScope(shield=True):
            if ended := await self._store.end_all(user_id):
                await self._tell(*ended)

    async def _tell(self, *session_ids: str) -> None:
        subject = " ".join(session_ids)
        self._close(subject)  # also when nobody else can be told
        await self._notices.post(ENDED, subject)

    def _close(self, subject: str) -> None:
        for session_id in subject.split(" "):
            self._listeners.close_session(session_id)
