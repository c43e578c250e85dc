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
from typing import NoReturn

ROOT = Path(__file__).parents[1]
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
code = int(answers.readline())
sys.exit(code if code >= 0 else 128 - code)
"""

LOADED = (
    "adapters.cli.commands.running", "adapters.cli.people", "adapters.web.server", "alembic.command",
    "anyio._backends._asyncio", "containers.bootstrap", "containers.main", "rich.markdown", "uvloop",
    "uvicorn.lifespan.off", "uvicorn.protocols.http.httptools_impl",
)  # fmt: skip
"""What commands load when they need it, and most need."""


def door() -> Path:
    """Return the socket that the loaded interpreter listens on. It ends with this process."""
    return _loaded()[0]


@cache
def _loaded() -> tuple[Path, "subprocess.Popen[bytes]"]:
    folder = Path(tempfile.mkdtemp(prefix="soledoor-door-"))
    program = f"from tests.forking import serve; serve({str(folder / 'door')!r})"
    pipe = subprocess.PIPE
    process = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdin=pipe, stdout=pipe)
    assert process.stdout is not None
    assert process.stdout.readline() == b"loaded\n"
    return folder / "door", process


@cache
def launcher(name: str = "soledoor") -> Path:
    """Return a program that does what ``soledoor`` does and starts at once; one called ``script`` runs the
    Python file that it is given.
    """
    path = door().with_name(name)
    path.write_text(LAUNCHER.format(python=sys.executable, door=str(door())))
    path.chmod(0o755)
    return path


def serve(name: str) -> NoReturn:
    """Load everything, then fork for each command, until standard input ends."""
    for module in LOADED:
        import_module(module)
    gc.collect()
    gc.freeze()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(name)
        listener.listen()
        sys.stdout.write("loaded\n")
        sys.stdout.flush()
        while sys.stdin.fileno() not in select.select([listener, sys.stdin], [], [])[0]:
            client, _ = listener.accept()
            # A keeper of its own for each command: it waits for the end and tells it.
            if os.fork() == 0:
                listener.close()
                _keep(client)
            client.close()
            _reap()
    shutil.rmtree(Path(name).parent)
    os._exit(0)


def _reap() -> None:
    """Let keepers go that have ended."""
    try:
        while os.waitpid(-1, os.WNOHANG) != (0, 0):
            pass
    except ChildProcessError:
        return


def _keep(client: socket.socket) -> NoReturn:
    _, files, _, _ = socket.recv_fds(client, 1, 3)
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
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    channel.write(f"{code}\n")
    channel.flush()
    os._exit(0)


def _become(files: list[int], wish: dict[str, object]) -> NoReturn:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    os.chdir(str(wish["cwd"]))
    os.environ.clear()
    os.environ.update(dict(wish["env"]))  # type: ignore[call-overload]
    sys.argv = list(wish["argv"])  # type: ignore[call-overload]
    code: object = 0
    try:
        _run()
    except SystemExit as leaving:
        code = leaving.code
    except BaseException:  # noqa: BLE001 - the end of a process is the end of a fork, with its traceback
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else 0 if code is None else 1)


def _run() -> None:
    import soledoor

    if Path(sys.argv[0]).name == "script":
        del sys.argv[0]
        sys.path.insert(0, str(Path.cwd()))
        runpy.run_path(sys.argv[0], run_name="__main__")
    else:
        soledoor.main()
