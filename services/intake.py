"""What may become a run: the checks a message passes before anything is stored."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from services.agents.registry import AgentRegistry
from services.errors import FieldError, InvalidInput, NotFound
from services.memory import MemoryService
from services.ports.files import FileStore
from services.ports.identity import User
from services.ports.limits import Limits
from services.ports.run_store import RunStore
from services.ports.runs import NewRun
from services.rates import Rate
from services.sealed import Sealed

LONGEST_MESSAGE = 32_000
LONGEST_ID = 128
MOST_FILES = 20


@dataclass(frozen=True, slots=True)
class RunRequest:
    """A message that wants an answer. ``message_id`` is the client's and makes repetitions harmless."""

    message_id: str
    content: str
    thread_id: str | None = None
    agent: str | None = None
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Accepted:
    """What the sender is told."""

    message_id: str
    run_id: str
    thread_id: str


class Intake(metaclass=Sealed):
    """Checks messages and counts them."""

    def __init__(
        self,
        store: RunStore,
        files: FileStore,
        registry: AgentRegistry,
        memory: MemoryService,
        limits: Limits,
        messages_per_minute: int,
    ) -> None:
        self._store, self._files, self._registry, self._memory = store, files, registry, memory
        self._minute = Rate(limits, "messages", messages_per_minute)

    async def check(self, user: User, request: RunRequest) -> NewRun:
        """Return what is to be stored, with ids of its own.

        Raises ``InvalidInput`` naming each wrong field, ``NotFound`` for a thread or file that is not the
        user's, ``TooMuch`` (``rate_limited``) and ``Unavailable``.
        """
        self._check_fields(request)
        self._memory.refuse_when_critical()
        if request.thread_id is not None:
            await self._store.messages(user.id, request.thread_id, limit=1)
        for file_id in request.files:
            await self._files.file(user.id, file_id)
        await self._minute.count(user.id)
        return NewRun(
            run_id=f"run_{uuid.uuid4().hex}",
            user_id=user.id,
            message_id=request.message_id,
            content=request.content,
            thread_id=request.thread_id,
            new_thread_id=f"thread_{uuid.uuid4().hex}",
            agent=request.agent,
            files=request.files,
        )

    async def attachments(self, user_id: str, thread_id: str, files: tuple[str, ...]) -> Mapping[str, str]:
        """Return file name → id: the message's files or, where it has none, those of the thread so far."""
        wanted = files or await self._store.files_of_thread(user_id, thread_id)
        found: dict[str, str] = {}
        for file_id in wanted[-MOST_FILES:]:
            try:
                found[(await self._files.file(user_id, file_id)).name] = file_id
            except NotFound:
                continue  # deleted since
        return found

    def _check_fields(self, request: RunRequest) -> None:
        errors = []
        if not request.content.strip():
            errors.append(FieldError("content", "write something"))
        elif len(request.content) > LONGEST_MESSAGE:
            errors.append(
                FieldError("content", f"at most {LONGEST_MESSAGE} characters; attach a file for more")
            )
        if not request.message_id.strip() or len(request.message_id) > LONGEST_ID:
            errors.append(FieldError("message_id", f"1 to {LONGEST_ID} characters, new for each message"))
        if len(request.files) > MOST_FILES:
            errors.append(FieldError("files", f"at most {MOST_FILES} files a message"))
        names = self._registry.names()
        if request.agent is not None and request.agent not in names:
            errors.append(FieldError("agent", f"there is {', '.join(names)}"))
        if errors:
            raise InvalidInput("the message cannot be accepted", errors=errors)
