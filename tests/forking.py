"""One loaded interpreter for all our processes that tests start: each is a fork of it, with its own files,
place and environment.

Loading the application costs more than most commands do, and tests start it some hundred times. What is
forked runs what the console script runs, ``soledoor.main``, or a script that is named.
"""

import gc
import json
import os
import runpy
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import traceback
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

import soledoor

ROOT = Path(__file__).parents[1]
LAUNCHER = """\
#!{python} -SE
import json, os, signal, socket, sys
arguments, files = sys.argv[1:], [0, 1, 2]
if os.path.basename(sys.argv[0]) == "python" and arguments[:2] != ["-P", "-m"]:
    os.execv({python!r}, [{python!r}, *arguments])
door = socket.socket(socket.AF_UNIX)
door.connect({door!r})
wish = dict(argv=sys.argv, files=files, cwd=os.getcwd(), env=dict(os.environ))
socket.send_fds(door, [b"!"], files)
door.sendall(json.dumps(wish).encode() + b"\\n")
answers = door.makefile()
pid = int(answers.readline())
for number in (signal.SIGTERM, signal.SIGINT):
    signal.signal(number, lambda got, _: os.kill(pid, got))
code = int(answers.readline())
sys.exit(code if code >= 0 else 128 - code)
"""

LOADED = (
    "adapters.cli.commands.running", "adapters.cli.people", "adapters.web.server", "alembic.command",
    "anyio._backends._asyncio", "containers.bootstrap", "containers.main", "rich.markdown", "uvloop",
    "uvicorn.lifespan.off", "uvicorn.protocols.http.httptools_impl", "_pytest.main", "_pytest.python",
)  # fmt: skip
"""What commands load when they need it, and most need."""


def door() -> Path:
    """Return the socket that the loaded interpreter listens on. It ends with this process."""
    return _loaded()[0]


@cache
def _loaded() -> tuple[Path, "subprocess.Popen[bytes]"]:
    folder = Path(tempfile.mkdtemp(prefix="soledoor-door-"))
    command = [sys.executable, "-c", "from tests.forking import serve; serve()", str(folder)]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"loaded\n"
    for program in ("soledoor", "script", "python"):
        (folder / program).write_text(LAUNCHER.format(python=sys.executable, door=str(folder / "door")))
        (folder / program).chmod(0o755)
    return folder / "door", process


def launcher(name: str = "soledoor") -> Path:
    """Return a program that starts at once: ``soledoor`` does what ours does, ``script`` runs the Python file
    that it is given, and ``python`` runs a module of ours, as our processes do that start others.
    """
    return door().with_name(name)


def serve() -> NoReturn:
    """Load everything, then fork for each command, until standard input ends."""
    for module in LOADED:
        import_module(module)
    gc.collect()
    gc.freeze()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(Path(sys.argv[1], "door")))
        listener.listen()
        sys.stdout.write("loaded\n")
        sys.stdout.flush()
        while sys.stdin not in select.select([listener, sys.stdin], [], [])[0]:
            client, _ = listener.accept()
            # A keeper of its own for each command: it waits for the end and tells it.
            if os.fork() == 0:
                listener.close()
                _keep(client)
            client.close()
            _reap()
    shutil.rmtree(sys.argv[1])
    os._exit(0)


def _reap() -> None:
    """Let keepers go that have ended."""
    try:
        while os.waitpid(-1, os.WNOHANG) != (0, 0):
            pass
    except ChildProcessError:
        return


def _keep(client: socket.socket) -> NoReturn:
    """Fork, tell the number and the end. Who goes away before the end has been killed: so is the fork."""
    _, files, _, _ = socket.recv_fds(client, 1, 4)
    channel = client.makefile("rw")
    wish = json.loads(channel.readline())
    pid = os.fork()
    if pid == 0:
        client.close()
        _become(files, wish)
    for file in (*files, 0, 1):
        os.close(file)
    channel.write(f"{pid}\n")
    channel.flush()
    if client.fileno() in select.select([os.pidfd_open(pid), client.fileno()], [], [])[0]:
        os.kill(pid, signal.SIGKILL)
        os._exit(0)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    channel.write(f"{code}\n")
    channel.flush()
    os._exit(0)


def _become(files: list[int], wish: dict[str, Any]) -> NoReturn:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for file, number in zip(files, wish["files"], strict=True):
        os.dup2(file, number)
        os.set_inheritable(number, True)
    for file in set(files) - set(wish["files"]):
        os.close(file)
    os.chdir(wish["cwd"])
    os.environ.clear()
    os.environ.update(wish["env"])
    code: object = 0
    try:
        _run(wish["argv"])
    except SystemExit as leaving:
        code = leaving.code
    except BaseException:  # noqa: BLE001 - the end of a process is the end of a fork, with its traceback
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else 0 if code is None else 1)


def _run(argv: list[str]) -> None:
    sys.executable = str(Path(sys.argv[1], "python"))
    match Path(argv[0]).name, argv:
        case "script", [_, script, *_]:
            sys.path.insert(0, str(Path.cwd()))
            sys.argv = argv[1:]
            runpy.run_path(script, run_name="__main__")
        case "python", [_, "-P", "-m", "soledoor", *_]:
            sys.argv = ["soledoor", *argv[4:]]
            soledoor.main()
        case "python", [_, "-P", "-m", module, *_]:
            sys.argv = argv[3:]
            runpy.run_module(module, run_name="__main__", alter_sys=True)
        case _:
            sys.argv = argv
            soledoor.main()
