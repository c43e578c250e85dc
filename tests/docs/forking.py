"""One loaded interpreter for all commands of the docs: each is a fork of it, with its own files and place.

Loading the application costs more than most commands do, and the pages have dozens of them. What is forked is
what the console script runs: ``soledoor.main``.
"""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

LAUNCHER = """\
#!{python} -SE
import json, os, signal, socket, sys
door = socket.socket(socket.AF_UNIX)
door.connect({door!r})
wish = dict(argv=sys.argv, cwd=os.getcwd(), env=dict(os.environ))
socket.send_fds(door, [b"!"], [0, 1, 2])
door.sendall(json.dumps(wish).encode() + b"\\n")
answers = door.makefile()
pid = int(answers.readline())
for number in (signal.SIGTERM, signal.SIGINT):
    signal.signal(number, lambda got, _: os.kill(pid, got))
sys.exit(int(answers.readline()))
"""


@contextmanager
def loaded(folder: Path) -> Iterator[Path]:
    """Give a directory for PATH whose ``soledoor`` runs in a fork of one loaded interpreter."""
    door = folder / "door"
    program = f"from tests.docs.forking import serve; serve({str(door)!r})"
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        launcher = folder / "soledoor"
        launcher.write_text(LAUNCHER.format(python=sys.executable, door=str(door)))
        launcher.chmod(0o755)
        yield folder
        process.terminate()


def serve(door: str) -> NoReturn:
    """Load everything, then fork for each command, until terminated."""
    import containers.bootstrap  # noqa: F401

    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(door)
        listener.listen()
        sys.stdout.write("loaded\n")
        sys.stdout.flush()
        while True:
            client, _ = listener.accept()
            # A keeper of its own for each command: it waits for the end and tells it.
            if os.fork() == 0:
                _keep(client)
            client.close()


def _keep(client: socket.socket) -> NoReturn:
    _, files, _, _ = socket.recv_fds(client, 1, 3)
    channel = client.makefile("rw")
    wish = json.loads(channel.readline())
    pid = os.fork()
    if pid == 0:
        _become(files, wish)
    channel.write(f"{pid}\n")
    channel.flush()
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    channel.write(f"{code if code >= 0 else 128 - code}\n")
    channel.flush()
    os._exit(0)


def _become(files: list[int], wish: dict[str, object]) -> NoReturn:
    import soledoor

    for number, file in enumerate(files):
        os.dup2(file, number)
    os.chdir(str(wish["cwd"]))
    os.environ.clear()
    os.environ.update(dict(wish["env"]))  # type: ignore[call-overload]
    sys.argv = list(wish["argv"])  # type: ignore[call-overload]
    code: object = 0
    try:
        soledoor.main()
    except SystemExit as leaving:
        code = leaving.code
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else 0 if code is None else 1)
