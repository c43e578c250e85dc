"""Stand-ins for the ports that the built-in tools use: plain memory, no surprises."""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from services.context import UserExecutionContext
from services.errors import NotFound
from services.ports.clock import Clock
from services.ports.files import FileStore, StoredFile
from services.ports.notes import Note, NoteStore
from services.tools.progress import Progress
from tests.fakes import pieces

NOON = datetime(2026, 7, 21, 12, 0, tzinfo=UTC)


def context(user_id: str = "u_anna") -> UserExecutionContext:
    return UserExecutionContext(user_id=user_id, thread_id="t_4711", run_id="r_4711")


class StillClock(Clock):
    """Stands still until a test moves it; ``step`` is added at each reading of the counter."""

    def __init__(self, now: datetime = NOON, step: float = 0.0) -> None:
        self.time, self.seconds, self.step = now, 0.0, step

    def now(self) -> datetime:
        return self.time

    def monotonic(self) -> float:
        self.seconds += self.step
        return self.seconds


class Reports(Progress):
    """Keeps what was reported."""

    def __init__(self) -> None:
        self.percentages: list[float | None] = []

    def report(
        self,
        message: str = "",
        *,
        percentage: float | None = None,
        current_step: int | None = None,
        total_steps: int | None = None,
    ) -> None:
        self.percentages.append(percentage)


class MemoryNotes(NoteStore):
    def __init__(self) -> None:
        self.kept: dict[str, list[Note]] = {}

    async def add(self, user_id: str, text: str) -> Note:
        mine = self.kept.setdefault(user_id, [])
        note = Note(f"n_{user_id}_{len(mine)}", text, NOON + timedelta(minutes=len(mine)))
        mine.insert(0, note)
        return note

    async def notes(self, user_id: str, limit: int = 100) -> Sequence[Note]:
        return self.kept.get(user_id, [])[:limit]

    async def search(self, user_id: str, words: Sequence[str], limit: int = 20) -> Sequence[Note]:
        lower = [word.lower() for word in words]
        return [n for n in self.kept.get(user_id, []) if all(word in n.text.lower() for word in lower)][
            :limit
        ]

    async def delete(self, user_id: str, note_id: str) -> None:
        mine = self.kept.get(user_id, [])
        found = [note for note in mine if note.note_id == note_id]
        if not found:
            raise NotFound("no such note")
        mine.remove(found[0])


class DirectoryFiles(FileStore):
    """Files in a directory; ``opened`` counts how often each one's content was asked for."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.kept: dict[str, list[StoredFile]] = {}
        self.opened: list[str] = []

    def add(self, name: str, content: bytes | str, user_id: str = "u_anna") -> str:
        data = content.encode() if isinstance(content, str) else content
        mine = self.kept.setdefault(user_id, [])
        file_id = f"f_{user_id}_{len(mine)}"
        (self.root / file_id).write_bytes(data)
        mine.insert(0, StoredFile(file_id, name, "text/csv", len(data), NOON))
        return file_id

    async def put(
        self, user_id: str, name: str, media_type: str, content: AsyncIterator[bytes], max_bytes: int
    ) -> StoredFile:
        raise NotImplementedError

    async def files(self, user_id: str) -> Sequence[StoredFile]:
        return self.kept.get(user_id, [])

    async def file(self, user_id: str, file_id: str) -> StoredFile:
        for stored in self.kept.get(user_id, []):
            if stored.file_id == file_id:
                return stored
        raise NotFound("no such file")

    async def content(self, user_id: str, file_id: str) -> AsyncGenerator[bytes, None]:
        await self.file(user_id, file_id)
        self.opened.append(file_id)
        return pieces(self.root / file_id)

    async def delete(self, user_id: str, file_id: str) -> None:
        self.kept[user_id] = [s for s in self.kept[user_id] if s.file_id != file_id]
