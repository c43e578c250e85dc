"""The loop watch: a thread that notices when the event loop stands still, and names what holds it up."""

import sys
import threading
import traceback
from typing import Protocol, Self

import anyio
import anyio.to_thread
import structlog
from anyio.abc import TaskGroup

from services.sealed import Sealed

log = structlog.get_logger(__name__)

STALL_SECONDS = 1.0
FRAMES = 8
STOP_SECONDS = 2.0


class Board(Protocol):
    """Where the name of the tool that has the loop right now is written."""

    running_tool: str | None


class LoopWatch(metaclass=Sealed):
    """Writes one line for each stall longer than ``seconds``. Entered on the loop it watches."""

    def __init__(self, board: Board, seconds: float = STALL_SECONDS) -> None:
        self._board, self._seconds = board, seconds
        self._answered, self._stopped = threading.Event(), threading.Event()
        self._loop_thread = 0
        self._thread: threading.Thread | None = None
        self._tasks: TaskGroup | None = None

    async def __aenter__(self) -> Self:
        self._loop_thread = threading.get_ident()
        self._tasks = await anyio.create_task_group().__aenter__()
        self._tasks.start_soon(self._answer)
        self._thread = threading.Thread(target=self._watch, name="loop watch", daemon=True)
        self._thread.start()
        return self

    async def __aexit__(self, *exc: object) -> None:
        assert self._tasks is not None
        assert self._thread is not None
        self._stopped.set()
        self._answered.set()
        with anyio.CancelScope(shield=True):
            await anyio.to_thread.run_sync(self._thread.join, STOP_SECONDS)
        self._tasks.cancel_scope.cancel()
        await self._tasks.__aexit__(None, None, None)

    async def _answer(self) -> None:
        while True:
            self._answered.set()
            await anyio.sleep(self._seconds / 4)

    def _watch(self) -> None:
        told = False
        while not self._stopped.is_set():
            self._answered.clear()
            stalled = not self._answered.wait(self._seconds)
            if stalled and not told:
                self._tell()
            told = stalled

    def _tell(self) -> None:
        frame = sys._current_frames().get(self._loop_thread)
        stack = traceback.extract_stack(frame)[-FRAMES:] if frame is not None else []
        log.warning(
            "loop_blocked",
            tool=self._board.running_tool,
            seconds=self._seconds,
            frames=[f"{entry.name} ({entry.filename.rpartition('/')[2]}:{entry.lineno})" for entry in stack],
        )
