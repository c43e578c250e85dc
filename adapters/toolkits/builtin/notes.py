"""A user's notes as tools; whose they are comes from the context and is no argument."""

from collections.abc import Iterable, Sequence
from typing import Annotated, TypedDict

from pydantic import Field

from services.context import UserExecutionContext
from services.errors import NotFound
from services.ports.notes import Note, NoteStore
from services.sealed import Sealed
from services.tools.function import tool_from_function
from services.tools.tool import Tool, ToolFailed
from services.tools.toolkit import Toolkit

Text = Annotated[str, Field(min_length=1, max_length=10_000)]
Query = Annotated[str, Field(min_length=1, max_length=200)]
Limit = Annotated[int, Field(ge=1, le=100)]


class NoteView(TypedDict):
    """A note as a tool shows it; ``created_at`` is ISO 8601 with offset."""

    note_id: str
    text: str
    created_at: str


class NoteList(TypedDict):
    """Notes, newest first."""

    notes: list[NoteView]


class Deleted(TypedDict):
    """What was deleted."""

    deleted: str


class NoteTools(Toolkit, metaclass=Sealed):
    """Tools over the note store."""

    def __init__(self, store: NoteStore) -> None:
        self._store = store

    def tools(self) -> Sequence[Tool]:
        """Return ``notes_add``, ``notes_search``, ``notes_list`` and ``notes_delete``."""
        methods = (self.notes_add, self.notes_search, self.notes_list, self.notes_delete)
        return tuple(tool_from_function(method) for method in methods)

    async def notes_add(self, text: Text, user: UserExecutionContext) -> NoteView:
        """Keep a note for the user, to be found again in later conversations.

        Args:
            text: what to remember, in full sentences
        """
        if not text.strip():
            raise ToolFailed("text: a note needs some words")
        return _view(await self._store.add(user.user_id, text))

    async def notes_search(self, query: Query, user: UserExecutionContext) -> NoteList:
        """Find the user's notes that contain every one of some words, newest first.

        Args:
            query: one or a few words, in any order and case
        """
        words = query.split()
        if not words:
            raise ToolFailed("query: give at least one word; notes_list returns the newest notes")
        return _views(await self._store.search(user.user_id, words))

    async def notes_list(self, user: UserExecutionContext, limit: Limit = 20) -> NoteList:
        """Return the user's newest notes, newest first.

        Args:
            limit: how many, 1 to 100
        """
        return _views(await self._store.notes(user.user_id, limit))

    async def notes_delete(self, note_id: str, user: UserExecutionContext) -> Deleted:
        """Delete one of the user's notes for good.

        Args:
            note_id: the id that notes_search and notes_list give
        """
        try:
            await self._store.delete(user.user_id, note_id)
        except NotFound:
            raise ToolFailed(f"there is no note {note_id[:60]!r}; notes_list shows the ids") from None
        return {"deleted": note_id}


def _view(note: Note) -> NoteView:
    return {"note_id": note.note_id, "text": note.text, "created_at": note.created_at.isoformat()}


def _views(notes: Iterable[Note]) -> NoteList:
    return {"notes": [_view(note) for note in notes]}
