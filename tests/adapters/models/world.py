"""The built-in tools over stores in memory and a fixed clock, and a bare agent loop around the model."""

import csv
import io
import json
import random
import re
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from adapters.models.scripted import ScriptedModel
from adapters.toolkits.builtin.calculate import CalculateTools
from adapters.toolkits.builtin.notes import NoteTools
from adapters.toolkits.builtin.system import SystemTools
from adapters.toolkits.builtin.tables import TableTools
from adapters.toolkits.builtin.time import TimeTools
from services.context import UserExecutionContext
from services.errors import NotFound
from services.ports.clock import Clock
from services.ports.files import FileStore, StoredFile
from services.ports.models import Message, Reply, ToolRequest, ToolSchema
from services.ports.notes import Note, NoteStore
from services.tools.function import tool_from_function
from services.tools.progress import Progress
from services.tools.tool import Injected, InvalidArguments, Tool, ToolFailed
from tests.build import build
from tests.fakes import pieces

NOW = datetime(2026, 11, 21, 8, 5, tzinfo=UTC)
MOST_TURNS = 8


class FixedClock(Clock):
    def now(self) -> datetime:
        return NOW

    def monotonic(self) -> float:
        return 0.0


class Silent(Progress):
    def report(self, message: str = "", **numbers: Any) -> None:
        pass


class Notes(NoteStore):
    def __init__(self) -> None:
        self.kept: list[Note] = []

    async def add(self, user_id: str, text: str) -> Note:
        self.kept.insert(0, Note(f"n_{len(self.kept) + 1}a", text, NOW))
        return self.kept[0]

    async def notes(self, user_id: str, limit: int = 100) -> Sequence[Note]:
        return self.kept[:limit]

    async def search(self, user_id: str, words: Sequence[str], limit: int = 20) -> Sequence[Note]:
        return [n for n in self.kept if all(word.lower() in n.text.lower() for word in words)][:limit]

    async def delete(self, user_id: str, note_id: str) -> None:
        if note_id not in {n.note_id for n in self.kept}:
            raise NotFound("no such note")
        self.kept = [n for n in self.kept if n.note_id != note_id]


class Files(FileStore):
    def __init__(self, folder: Path) -> None:
        self.folder, self.stored = folder, dict[str, StoredFile]()

    def add(self, name: str, text: str) -> StoredFile:
        stored = StoredFile(f"f_{len(self.stored) + 1}c", name, "text/csv", len(text), NOW)
        (self.folder / stored.file_id).write_text(text, "utf-8")
        self.stored[stored.file_id] = stored
        return stored

    async def put(
        self, user_id: str, name: str, media_type: str, content: AsyncIterator[bytes], max_bytes: int
    ) -> StoredFile:
        raise NotImplementedError

    async def files(self, user_id: str) -> Sequence[StoredFile]:
        return list(self.stored.values())[::-1]

    async def file(self, user_id: str, file_id: str) -> StoredFile:
        if file_id not in self.stored:
            raise NotFound("no such file")
        return self.stored[file_id]

    async def content(self, user_id: str, file_id: str) -> AsyncGenerator[bytes, None]:
        return pieces(self.folder / file_id)

    async def delete(self, user_id: str, file_id: str) -> None:
        raise NotImplementedError


@dataclass
class Told:
    """An answer and the calls that led to it."""

    answer: str
    calls: list[ToolRequest] = field(default_factory=list)

    @property
    def names(self) -> list[str]:
        return [call.name for call in self.calls]


class World:
    """One user's tools; ``ask`` runs a conversation turn the way an agent does."""

    def __init__(
        self, folder: Path, more: Iterable[Callable[..., Any]] = (), *, builtin: bool = True
    ) -> None:
        self.files, self.notes = Files(folder), Notes()
        self.model = build(ScriptedModel)
        kits = [
            build(CalculateTools),
            build(TimeTools, FixedClock()),
            build(NoteTools, self.notes),
            build(TableTools, self.files, FixedClock()),
            build(SystemTools, dict),
        ]
        self.tools: dict[str, Tool] = {t.name: t for kit in kits if builtin for t in kit.tools()}
        self.tools |= {t.name: t for t in map(tool_from_function, more)}
        self.schemas = [ToolSchema(t.name, t.description, t.parameters) for t in self.tools.values()]
        self.context = UserExecutionContext(user_id="user-71b", thread_id="thread-9", run_id="run-17")

    async def ask(self, text: str, files: Sequence[StoredFile] = (), history: Sequence[Message] = ()) -> Told:
        system = "You are an assistant."
        if files:
            system += "\nAttached files: " + ", ".join(f"{f.name} (file_id: {f.file_id})" for f in files)
        messages = [Message("system", system), *history, Message("user", text)]
        calls: list[ToolRequest] = []
        for _ in range(MOST_TURNS):
            reply = await self.reply(messages)
            if not reply.tool_requests:
                return Told(reply.text, calls)
            calls += reply.tool_requests
            messages.append(Message("assistant", reply.text, reply.tool_requests))
            for request in reply.tool_requests:
                content = json.dumps(await self.execute(request), ensure_ascii=False)
                messages.append(Message("tool", content, request_id=request.id, tool_name=request.name))
        raise AssertionError(f"still asking for tools after {MOST_TURNS} turns: {calls}")

    async def reply(self, messages: Sequence[Message]) -> Reply:
        pieces = [piece async for piece in self.model.stream(messages, self.schemas)]
        reply = pieces[-1]
        assert isinstance(reply, Reply)
        return reply

    async def execute(self, request: ToolRequest) -> Any:
        tool = self.tools[request.name]
        values = {Injected.CONTEXT: self.context, Injected.PROGRESS: Silent(), Injected.STATE: {}}
        injected = {name: values[kind] for name, kind in tool.injected.items()}
        try:
            arguments = tool.validate(request.arguments)
            result = tool.function(**arguments, **injected)
            return await result if tool.is_async else result
        except (ToolFailed, InvalidArguments) as error:
            return {"error": {"code": "tool_failed", "message": str(error)}}


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows([columns, *rows])
    return out.getvalue()


def numbers_in(text: str) -> list[float]:
    """Every number of an answer, thousands separators and Markdown taken away."""
    return [float(n) for n in re.findall(r"-?\d+(?:\.\d+)?", re.sub(r"(?<=\d),(?=\d{3})", "", text))]


def tells(answer: str, value: float) -> bool:
    """Whether an answer holds a number, to two decimals or four figures."""
    return any(abs(n - value) <= max(0.0051, 1e-4 * abs(value)) for n in numbers_in(answer))


def names(rng: random.Random, count: int) -> list[str]:
    """Made-up proper names, all different."""
    made: dict[str, None] = {}
    while len(made) < count:
        made[
            "".join(rng.choice("bdfgklmnprstvz") + rng.choice("aeiou") for _ in range(3)).title()
            + rng.choice("nrst")
        ] = None
    return list(made)
