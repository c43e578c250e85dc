"""`chat` in this process: the same path as a request over the network, for the local user.

The local user stands for whoever may open the data directory. It has no password and cannot log in; its
notes, files and threads belong to the directory.
"""

import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from pathlib import Path

import anyio
import orjson

from adapters.cli.application import ApplicationView
from adapters.cli.conversing import LAST, Conversation, Event
from adapters.cli.uploads import media_type_of, unreadable
from services.intake import Accepted, RunRequest
from services.ports.events import Lapped
from services.ports.identity import User

LOCAL = User(id="local", name="local", roles=frozenset({"user", "admin"}))


class LocalConversation(Conversation):
    """Talks to a running application directly."""

    def __init__(self, application: ApplicationView, file_bytes: int) -> None:
        self._application, self._file_bytes = application, file_bytes
        self._thread_id: str | None = None
        self._run_id: str | None = None

    async def ask(
        self, content: str, agent: str | None, files: Sequence[Path]
    ) -> AsyncGenerator[Event, None]:
        """Run the message here."""
        log = self._application.log
        file_ids = [await self._hand_in(file) for file in files]
        after = (await log.head(LOCAL.id)).head
        accepted = await self._start(content, agent, file_ids)
        watch = log.watch(LOCAL.id)
        try:
            while True:
                try:
                    await watch.wait(after)
                    frames = await log.read(LOCAL.id, after)
                except Lapped as lapped:
                    after = lapped.head.first - 1
                    continue
                for frame in frames:
                    after = frame.seq
                    if frame.run_id == accepted.run_id:
                        event: Event = orjson.loads(frame.data)
                        yield event
                        if event["type"] in LAST:
                            return
        finally:
            self._run_id = None
            watch.close()

    async def cancel(self) -> bool:
        """Cancel the run."""
        if self._run_id is None:
            return False
        await self._application.runs.cancel(LOCAL.id, self._run_id)
        return True

    def begin_anew(self) -> None:
        """Forget the thread."""
        self._thread_id = None

    async def _start(self, content: str, agent: str | None, file_ids: Sequence[str]) -> Accepted:
        request = RunRequest(uuid.uuid4().hex, content, self._thread_id, agent, tuple(file_ids))
        accepted = await self._application.runs.start(LOCAL, request)
        self._thread_id, self._run_id = accepted.thread_id, accepted.run_id
        return accepted

    async def _hand_in(self, file: Path) -> str:
        media_type = media_type_of(file)
        try:
            async with await anyio.open_file(file, "rb") as opened:
                content = _chunks(opened)
                put = self._application.files.put
                stored = await put(LOCAL.id, file.name, media_type, content, self._file_bytes)
        except OSError as error:
            raise unreadable(file, error) from None
        return stored.file_id


async def _chunks(opened: anyio.AsyncFile[bytes]) -> AsyncIterator[bytes]:
    while chunk := await opened.read(65_536):
        yield chunk
