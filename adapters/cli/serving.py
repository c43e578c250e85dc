"""`serve`: reads the settings, builds the application and says on standard output how to reach it."""

import os
import signal
import socket
from importlib.util import find_spec

import anyio

from adapters.cli.application import Bootstrap
from adapters.cli.terminal import say
from adapters.cli.welcome import refuse_demo_elsewhere, way_in
from adapters.cli.wish import Wish
from adapters.cli.workers import serve_by_workers
from adapters.web.server import serve
from config.settings import Settings

LOOK_SECONDS = 1.0


def serve_until_stopped(bootstrap: Bootstrap, wish: Wish) -> None:
    """Serve until SIGTERM or Ctrl-C, then let running work end and close everything."""
    settings = wish.settings()
    if wish.demo:
        refuse_demo_elsewhere(settings.server.host)
    if wish.workers > 1 and wish.listen_fd is None:
        serve_by_workers(settings, wish.workers)
        return
    options = {"use_uvloop": find_spec("uvloop") is not None}
    anyio.run(_serve, bootstrap, settings, wish, backend="asyncio", backend_options=options)


async def _serve(bootstrap: Bootstrap, settings: Settings, wish: Wish) -> None:
    listener = None if wish.listen_fd is None else socket.socket(fileno=wish.listen_fd)
    async with bootstrap(settings) as application, anyio.create_task_group() as tasks:

        async def ready(url: str) -> None:
            say("\n".join([f"Soledoor is ready at {url}", *await way_in(application, url, demo=wish.demo)]))

        if listener is not None:
            tasks.start_soon(_end_with_parent, os.getppid())
        await serve(application.asgi, ready, listener=listener)
        tasks.cancel_scope.cancel()


async def _end_with_parent(parent: int) -> None:
    """Stop when the process that holds the workers together is gone: nobody would stop this one."""
    while os.getppid() == parent:  # noqa: ASYNC110 - the system tells it in no other way
        await anyio.sleep(LOOK_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)
