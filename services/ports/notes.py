"""Port: a user's notes."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Note:
    """One note of one user."""

    note_id: str
    text: str
    created_at: datetime


class NoteStore(ABC):
    """Notes, each seen by its owner only. Each method is one transaction."""

    @abstractmethod
    async def add(self, user_id: str, text: str) -> Note:
        """Store a note."""

    @abstractmethod
    async def notes(self, user_id: str, limit: int = 100) -> Sequence[Note]:
        """Return the newest notes, newest first."""

    @abstractmethod
    async def search(self, user_id: str, words: Sequence[str], limit: int = 20) -> Sequence[Note]:
        """Return notes that contain every word, ignoring case, newest first; words are plain text, never
        patterns.
        """

    @abstractmethod
    async def delete(self, user_id: str, note_id: str) -> None:
        """Delete one note; raises ``NotFound``."""
