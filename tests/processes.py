"""A server of its own process: what an operator starts, with its log, its memory and its end."""

import json
import os
import signal
import socket
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import anyio
from anyio.abc import AnyByteReceiveStream, UNIXSocketStream
from anyio.streams.buffered import BufferedByteReceiveStream
from anyio.streams.text import TextReceiveStream

from tests.forking import door, launcher

ROOT = Path(__file__).parents[1]
READY = "Soledoor is ready at "


class Process:
    """One of our own commands as a process, forked from the loaded interpreter."""

    def __init__(self, pid: int, stdout: AnyByteReceiveStream, stderr: AnyByteReceiveStream) -> None:
        self.pid, self.stdout, self.stderr = pid, stdout, stderr
        self.returncode: int | None = None
        self._ended = anyio.Event()

    def send_signal(self, number: signal.Signals) -> None:
        """Signal it; nothing happens when it has ended."""
        if self.returncode is None:
            os.kill(self.pid, number)

    async def wait(self) -> int:
        """Return its exit code once it has ended; minus the signal's number when one ended it."""
        await self._ended.wait()
        assert self.returncode is not None
        return self.returncode

    def end(self, code: int) -> None:
        """Take note of its end."""
        self.returncode = code
        self._ended.set()


@dataclass
class ServerProcess:
    """A running ``soledoor serve``. ``lines`` are its log lines, as far as they are JSON."""

    process: Process
    data: Path
    environment: Mapping[str, str]
    url: str = ""
    lines: list[dict[str, Any]] = field(default_factory=list)
    changed: anyio.Event = field(default_factory=anyio.Event)

    async def account(self, name: str, password: str, *, role: str = "user") -> None:
        """Make an account by the command line, beside the running server."""
        await self.command("user", "create", name, "--password-stdin", "--role", role, given=password)

    async def command(self, *arguments: str, given: str = "") -> str:
        """Run a command of ours with the server's settings; return what it prints."""
        line = [str(launcher()), *arguments]
        done = await anyio.run_process(line, input=given.encode(), env=self.environment, cwd=ROOT)
        return done.stdout.decode()

    async def logged(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Return the first log line that is wanted, waiting for it."""
        with anyio.fail_after(60):
            while True:
                changed = self.changed
                for line in self.lines:
                    if wanted(line):
                        return line
                await changed.wait()

    @property
    def resident(self) -> int:
        """Return the bytes of memory that the process holds."""
        pages = Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.send_signal(signal.SIGKILL)

    def stop(self) -> None:
        """Ask it to stop, as an operator does."""
        self.process.send_signal(signal.SIGTERM)

    async def read_output(self, out: AnyByteReceiveStream) -> None:
        """Take the ready line, then whatever else it prints."""
        async for line in _lines(out):
            if line.startswith(READY):
                self.url = line.removeprefix(READY)
                self._tell()

    async def read_log(self, out: AnyByteReceiveStream) -> None:
        """Take the log lines."""
        async for line in _lines(out):
            self.lines.append(json.loads(line) if line.startswith("{") else {"event": line})
            self._tell()

    async def ready(self) -> None:
        """Return once it answers requests; fails with its log when it ends before that."""
        with anyio.fail_after(60):
            while not self.url:
                if self.process.returncode is not None:
                    raise AssertionError(f"the server ended with {self.process.returncode}: {self.lines}")
                await self.changed.wait()

    def _tell(self) -> None:
        self.changed.set()
        self.changed = anyio.Event()


@asynccontextmanager
async def server_process(data: Path, *arguments: str, **settings: str) -> AsyncGenerator[ServerProcess, None]:
    """Serve on a free port for the block. ``limits__tool_timeout="1"`` is the setting of that name."""
    named = {f"SOLEDOOR_{name.upper()}": value for name, value in settings.items()}
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("SOLEDOOR_")}
    environment = {**inherited, **named, "SOLEDOOR_DATA": str(data)}
    command = ["soledoor", "serve", "--port", "0", *arguments]
    # The readers' group is the inner one: cancelled around what still closes, it would swallow errors.
    async with _started(command, environment) as process, anyio.create_task_group() as tasks:
        server = ServerProcess(process, data, environment)
        tasks.start_soon(server.read_output, process.stdout)
        tasks.start_soon(server.read_log, process.stderr)
        try:
            await server.ready()
            yield server
        finally:
            with anyio.CancelScope(shield=True):
                if process.returncode is None:
                    server.stop()
                    with anyio.move_on_after(15):
                        await process.wait()
                if process.returncode is None:
                    server.kill()
                    await process.wait()
            tasks.cancel_scope.cancel()


@asynccontextmanager
async def _started(command: list[str], environment: Mapping[str, str]) -> AsyncGenerator[Process, None]:
    """Run one of our commands in the background; it must have ended when the block does."""
    async with (
        await anyio.connect_unix(door()) as keeper,
        _stream() as (out, theirs),
        _stream() as (errors, theirs_too),
        anyio.create_task_group() as tasks,
    ):
        with theirs, theirs_too, _nothing() as nothing:
            await keeper.send_fds(b"!", [nothing.fileno(), theirs.fileno(), theirs_too.fileno()])
        wish = {"argv": command, "files": [0, 1, 2], "cwd": str(ROOT), "env": dict(environment)}
        await keeper.send(json.dumps(wish).encode() + b"\n")
        answers = BufferedByteReceiveStream(keeper)
        process = Process(int(await answers.receive_until(b"\n", 20)), out, errors)

        async def until_it_ends() -> None:
            process.end(int(await answers.receive_until(b"\n", 20)))

        tasks.start_soon(until_it_ends)
        yield process


def _nothing() -> BinaryIO:
    return Path(os.devnull).open("rb")


@asynccontextmanager
async def _stream() -> AsyncGenerator[tuple[UNIXSocketStream, socket.socket], None]:
    """Give our end of a stream and the other one's."""
    ours, theirs = socket.socketpair()
    async with await UNIXSocketStream.from_socket(ours) as stream:
        yield stream, theirs


async def _lines(out: AnyByteReceiveStream) -> AsyncGenerator[str, None]:
    rest = ""
    async for text in TextReceiveStream(out):
        *whole, rest = (rest + text).split("\n")
        for line in whole:
            yield line
