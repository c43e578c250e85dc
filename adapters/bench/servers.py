"""Servers of the measurement's own: processes on free ports, killed and started again when asked."""

import os
import random
import signal
import sys
from collections import Counter
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from subprocess import DEVNULL, PIPE

import anyio
from anyio.abc import Process
from anyio.streams.buffered import BufferedByteReceiveStream

from adapters.bench.faulty import Faults
from config.reading import PREFIX, variable
from services.errors import SoledoorError

READY = "Soledoor is ready at "
START_SECONDS, STOP_SECONDS = 60.0, 15.0


class ServerUnusable(SoledoorError):
    """A server that is to be measured does not start, or does not answer as one; ``reason`` says why."""

    def __init__(self, where: str, reason: str) -> None:
        self.where, self.reason = where, reason
        super().__init__(where, reason)

    def __str__(self) -> str:
        return f"{self.where}: {self.reason}"


class OwnServer:
    """One ``soledoor serve``; its address stays the same when it is started again."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], errors: Path) -> None:
        self._command, self._environment, self._errors = command, environment, errors
        self._process: Process | None = None
        self._port = "0"
        self.url = ""

    async def start(self) -> None:
        """Return once it answers; raises ``ServerUnusable`` with the last line it wrote."""
        command = [sys.executable, "-P", "-m", *self._command, "serve", "--port", self._port]
        with self._errors.open("ab") as errors:
            # A session of its own: Ctrl-C is for the one who measures, who then stops the servers.
            self._process = await anyio.open_process(
                command,
                stdin=DEVNULL,
                stdout=PIPE,
                stderr=errors,
                env=self._environment,
                start_new_session=True,
            )
        assert self._process.stdout is not None
        try:
            with anyio.fail_after(START_SECONDS):
                line = await BufferedByteReceiveStream(self._process.stdout).receive_until(b"\n", 4096)
        except (anyio.IncompleteRead, TimeoutError):
            raise ServerUnusable("the server did not start", self._last_line()) from None
        self.url = line.decode().removeprefix(READY).strip()
        self._port = self.url.rpartition(":")[2]

    async def kill(self) -> None:
        """End it as a power cut would."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        await self._process.aclose()

    async def stop(self) -> None:
        """Ask it to stop; insist when that takes too long."""
        if self._process is None or self._process.returncode is not None:
            return
        self._process.terminate()
        with anyio.move_on_after(STOP_SECONDS):
            await self._process.wait()
        if self._process.returncode is None:
            self._process.kill()
        await self._process.aclose()

    def _last_line(self) -> str:
        lines = self._errors.read_text(errors="replace").strip().splitlines()
        return lines[-1].removeprefix("soledoor: ") if lines else "it said nothing"


class Fleet:
    """The servers that one measurement uses; all share one data directory."""

    def __init__(self, servers: list[OwnServer], faults: Faults | None = None) -> None:
        self._servers, self._faults = servers, faults

    @property
    def urls(self) -> list[str]:
        """Where they answer."""
        return [server.url for server in self._servers]

    @property
    def injected(self) -> Counter[str]:
        """Which faults there were between them and their event store, and how often."""
        return Counter() if self._faults is None else self._faults.noted()

    async def kill_one(self) -> None:
        """Kill one of them and start it again at once; return when it answers."""
        server = random.choice(self._servers)  # noqa: S311 - chance, not secrecy
        await server.kill()
        await server.start()


def command_for(faults: Faults | None) -> Sequence[str]:
    """Return the module to run: with faults it is another one, which takes them from its first arguments."""
    if faults is None:
        return ["soledoor"]
    return ["containers.faulty", str(faults.drop), str(faults.repeat), str(faults.notes)]


def environment_for(data: Path, settings: Mapping[str, str]) -> dict[str, str]:
    """Return a server's environment: ours without settings, since a measurement must not touch real data."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    named = {variable(name): value for name, value in settings.items()}
    return {**kept, "SOLEDOOR_DATA": str(data), "SOLEDOOR_LOGS__LEVEL": "warning", **named}


@asynccontextmanager
async def own_servers(
    data: Path, settings: Mapping[str, str], replicas: int, faults: Faults | None = None
) -> AsyncGenerator[Fleet, None]:
    """Run so many servers for the block; raises ``ServerUnusable``. ``settings`` has dotted names."""
    environment, command = environment_for(data, settings), command_for(faults)
    logs = [data.parent / f"server-{number}.log" for number in range(1, replicas + 1)]
    servers = [OwnServer(command, environment, log) for log in logs]
    try:
        for server in servers:
            await server.start()
        yield Fleet(servers, faults)
    finally:
        with anyio.CancelScope(shield=True):
            async with anyio.create_task_group() as tasks:
                for server in servers:
                    tasks.start_soon(server.stop)
