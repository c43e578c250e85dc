"""A private Redis server in a temporary directory: started, killed, and started again in its place."""

import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from pathlib import Path

from tests.engines.ports import free_port

PROGRAM = "redis-server"
PASSWORD = "p@ss/word-4711"  # percent-encoded in a URL, so that whoever forgets to decode it fails
EVERYTHING = {"appendonly": "yes", "appendfsync": "always"}
EVERY_SECOND = {"appendonly": "yes", "appendfsync": "everysec"}
NOTHING = {"appendonly": "no"}


class RedisServer:
    """One server. Its port and its directory stay the same however often it is started."""

    def __init__(self, settings: dict[str, str] | None = None) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="soledoor-redis-"))
        self.port = free_port()
        self.settings = {**NOTHING, "save": "", **(settings or {})}
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Return its URL, with the password where it has one."""
        secret = self.settings.get("requirepass", "").replace("@", "%40").replace("/", "%2F")
        return f"redis://{f':{secret}@' if secret else ''}127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Return once the server has loaded its data and answers."""
        fixed = {"port": str(self.port), "bind": "127.0.0.1", "dir": str(self.directory), "daemonize": "no"}
        words = [word for name, value in {**fixed, **self.settings}.items() for word in (f"--{name}", value)]
        # The signal comes when the thread that started it ends: of ours only the main one lasts.
        lasting = threading.current_thread() is threading.main_thread() and shutil.which("setpriv")
        dies_with_us = ["setpriv", "--pdeathsig", "KILL"] if lasting else []
        with (self.directory / "log").open("ab") as log:
            self._process = subprocess.Popen([*dies_with_us, PROGRAM, *words], stdout=log, stderr=log)
        for _ in range(6000):
            if self._process.poll() is not None:
                raise AssertionError((self.directory / "log").read_text())
            if self._answers():
                return
            time.sleep(0.005)
        raise TimeoutError((self.directory / "log").read_text())

    def kill(self) -> None:
        """End it as a crash would."""
        self._end(signal.SIGKILL)

    def freeze(self) -> None:
        """Make it silent without closing a connection."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self._signal(signal.SIGCONT)

    def lose_tail(self, bytes_lost: int) -> None:
        """Cut the end off its log, as a power cut does to what was not yet on the disk."""
        files = sorted((self.directory / "appendonlydir").glob("*.incr.aof"))
        size = files[-1].stat().st_size
        with files[-1].open("r+b") as file:
            file.truncate(max(0, size - bytes_lost))

    def command(self, *words: str) -> str:
        """Send one command from outside of anything under test; return the answer's first line."""
        return self._said(*words).split("\r\n")[0]

    def info(self, name: str) -> str:
        """Return one value of ``INFO``."""
        lines = self._said("INFO", "everything").split("\r\n")
        return next(line.partition(":")[2] for line in lines if line.startswith(f"{name}:"))

    def _said(self, *words: str) -> str:
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as connection:
            if secret := self.settings.get("requirepass"):
                connection.sendall(_packed("AUTH", secret))
                connection.recv(64)
            connection.sendall(_packed(*words))
            answer = connection.recv(65_536)
            while answer.startswith(b"$") and len(answer) < int(answer[1 : answer.index(b"\r")]):
                answer += connection.recv(65_536)
            return answer.decode()

    def remove(self) -> None:
        """Kill it and take its files away."""
        if self._process is not None:
            self.kill()
        shutil.rmtree(self.directory, ignore_errors=True)

    def _answers(self) -> bool:
        try:
            return self.command("PING") == "+PONG"
        except OSError:
            return False

    def _signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def _end(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)
        self._process.wait(30)
        self._process = None


def _packed(*words: str) -> bytes:
    parts = [b"$%d\r\n%b\r\n" % (len(word.encode()), word.encode()) for word in words]
    return b"*%d\r\n%b" % (len(words), b"".join(parts))
