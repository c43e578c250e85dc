"""`serve --reload`: a parent that starts the server anew, on the same port, when a Python file changes."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

from adapters.cli.refusals import BAD_USAGE, Stop
from config.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("config", "services", "adapters", "containers")
LOOK_SECONDS = 0.5

State = dict[Path, int]


def serve_and_watch(settings: Settings) -> None:
    """Run the same command without ``--reload``, again and again, until it is stopped."""
    server, modules = settings.server, (*settings.tools.modules, *settings.agents.modules)
    command = child_command(sys.argv[1:], server.port or free_port(server.host))
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    first = True
    while not stopped.is_set():
        seen = look(modules)
        # A session of its own: Ctrl-C reaches the parent alone, and the child is told once.
        child = subprocess.Popen(command, start_new_session=True)  # noqa: S603 - our own command line
        while not stopped.wait(LOOK_SECONDS) and look(modules) == seen:
            if first and child.poll() == BAD_USAGE:
                raise Stop("the server did not start; the line above says why")
        first = False
        child.terminate()
        child.wait()


def child_command(arguments: Sequence[str], port: int) -> list[str]:
    """Return the command of the child: the same port each time, and no watching of its own."""
    kept = [each for each in arguments if each != "--reload"]
    return [sys.executable, "-P", "-m", "soledoor", *kept, "--port", str(port)]


def free_port(host: str) -> int:
    """Return a port that is free now; the server then gets the same one each time."""
    with socket.create_server((host, 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def look(modules: Sequence[str]) -> State:
    """Return every watched file with the time it was changed."""
    state = {}
    for path in _watched(modules):
        try:
            state[path] = path.stat().st_mtime_ns
        except FileNotFoundError:
            continue  # deleted since it was listed
    return state


def _watched(modules: Sequence[str]) -> Iterator[Path]:
    for package in PACKAGES:
        yield from (ROOT / package).rglob("*.py")
    for place in {place for name in modules for place in _places(name)}:
        yield from place.rglob("*.py") if place.is_dir() else (place,)


def _places(module: str) -> Iterator[Path]:
    top = module.partition(".")[0]
    try:
        spec = find_spec(top)
    except (ImportError, ValueError):
        return
    if spec is not None:
        found = spec.submodule_search_locations or [spec.origin or os.devnull]
        yield from (Path(place) for place in found)
