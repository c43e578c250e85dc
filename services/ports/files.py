"""Port: files a user has handed in."""

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One uploaded file; ``bytes`` is its size."""

    file_id: str
    name: str
    media_type: str
    bytes: int
    created_at: datetime


class FileStore(ABC):
    """Files, each seen by its owner only; foreign and unknown ids raise ``NotFound`` alike."""

    @abstractmethod
    async def put(
        self, user_id: str, name: str, media_type: str, content: AsyncIterator[bytes], max_bytes: int
    ) -> StoredFile:
        """Store a file as it streams in; a name used again replaces nothing: both files stay.

        Raises ``InvalidInput`` (field ``name`` or ``content``) and leaves nothing behind when the name is
        empty, longer than 200 characters or holds a path separator or control character, or when the
        content is over ``max_bytes``.
        """

    @abstractmethod
    async def files(self, user_id: str) -> Sequence[StoredFile]:
        """Return the user's files, newest first."""

    @abstractmethod
    async def file(self, user_id: str, file_id: str) -> StoredFile:
        """Return one file's description."""

    @abstractmethod
    async def content(self, user_id: str, file_id: str) -> AsyncGenerator[bytes, None]:
        """Return the content, to be read once, in pieces of at most 256 KiB.

        A file that is deleted while it is read ends the reading with ``NotFound``.
        """

    @abstractmethod
    async def delete(self, user_id: str, file_id: str) -> None:
        """Delete one file and its content."""
