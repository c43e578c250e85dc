"""A private PostgreSQL cluster in a temporary directory: made, started, stopped, killed."""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.engines.ports import free_port

PASSWORD = "p@ss/word-4711"  # percent-encoded in a URL, so that whoever forgets to decode it fails
FAST = {
    "fsync": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "shared_buffers": "64MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_connections": "60",
    "checkpoint_timeout": "1h",
}


def programs() -> Path | None:
    """Where Debian's, or the path's, newest PostgreSQL lies."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    there = shutil.which("initdb")
    return found[-1].parent if found else Path(there).parent if there else None


class Cluster:
    """Speaks to nobody but this machine; over TCP it wants the password, over its socket none."""

    def __init__(self) -> None:
        bin_directory = programs()
        assert bin_directory is not None
        self._bin = bin_directory
        self.account = _account()
        self.directory = Path(tempfile.mkdtemp(prefix="soledoor-postgres-"))
        self.port = free_port()
        self._process: subprocess.Popen[Any] | None = None
        if self.account is not None:
            shutil.chown(self.directory, self.account)

    def make(self) -> None:
        """Make the files of the cluster."""
        secret = self.directory / "password"
        secret.write_text(PASSWORD)
        secret.chmod(0o644)
        options = ["--no-sync", "--no-instructions", "-E", "UTF8", "--locale=C.UTF-8", "-U", "soledoor"]
        auth = ["--auth-local=trust", "--auth-host=scram-sha-256", f"--pwfile={secret}"]
        command = [str(self._bin / "initdb"), "-D", str(self.directory / "data"), *options, *auth]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/", **self._as_account())

    def start(self) -> None:
        """Return once the server takes connections. It dies with the thread that calls this."""
        settings = FAST | {
            "port": str(self.port),
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": str(self.directory),
        }
        words = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        dies_with_us = ["setpriv", "--pdeathsig", "QUIT"] if shutil.which("setpriv") else []
        command = [*dies_with_us, str(self._bin / "postgres"), "-D", str(self.directory / "data"), *words]
        with (self.directory / "log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, cwd="/", **self._as_account())
        self._wait_until_ready()

    def stop(self, *, signal: str = "INT") -> None:
        """Stop the server; INT ends connections at once and closes in order, QUIT is a crash."""
        assert self._process is not None
        self._process.send_signal({"INT": 2, "QUIT": 3}[signal])
        self._process.wait(30)
        self._process = None

    def remove(self) -> None:
        """Kill the server and take its files away."""
        if self._process is not None:
            self.stop(signal="QUIT")
        shutil.rmtree(self.directory, ignore_errors=True)

    def url(self, database: str, *, tcp: bool = False) -> str:
        """Return the URL of a database."""
        if tcp:
            secret = PASSWORD.replace("@", "%40").replace("/", "%2F")
            return f"postgresql://soledoor:{secret}@127.0.0.1:{self.port}/{database}"
        return f"postgresql://soledoor@/{database}?host={self.directory}&port={self.port}"

    def _wait_until_ready(self) -> None:
        status = self.directory / "data" / "postmaster.pid"
        for _ in range(3000):
            assert self._process is not None
            assert self._process.poll() is None, (self.directory / "log").read_text()
            if status.exists() and status.read_text().splitlines()[7:8] == ["ready   "]:
                return
            time.sleep(0.01)
        raise TimeoutError((self.directory / "log").read_text())

    def _as_account(self) -> dict[str, Any]:
        if self.account is None:
            return {}
        group = pwd.getpwnam(self.account).pw_gid
        return {"user": self.account, "group": group, "extra_groups": []}


def _account() -> str | None:
    """The server refuses to run as root: then somebody else does it."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"
