"""`serve`: reads the settings, builds the application and says on standard output how to reach it."""

import os
import signal
import socket
from collections.abc import Awaitable, Callable
from importlib.util import find_spec

import anyio
import structlog

from adapters.cli.application import Bootstrap
from adapters.cli.terminal import say
from adapters.cli.welcome import refuse_demo_elsewhere, way_in
from adapters.cli.wish import Wish
from adapters.cli.workers import become_worker, load, refuse_alone
from adapters.web.server import listen, serve
from config.logs import configure_logs, secret_values
from config.settings import Settings

LOOK_SECONDS = 1.0

log = structlog.stdlib.get_logger(__name__)


def serve_until_stopped(bootstrap: Bootstrap, wish: Wish) -> None:
    """Serve until SIGTERM or Ctrl-C, then let running work end and close everything."""
    settings = wish.settings()
    if wish.demo:
        refuse_demo_elsewhere(settings.server.host)
    if wish.workers > 1:
        _serve_by_workers(bootstrap, settings, wish)
    else:
        _run(_serve, bootstrap, settings, wish)


def _serve_by_workers(bootstrap: Bootstrap, settings: Settings, wish: Wish) -> None:
    refuse_alone(settings)
    configure_logs(settings.logs, secret_values(settings))
    bootstrap(settings)  # not entered: it loads what it is made of
    load()
    parent = os.getpid()
    with listen(settings.server.host, settings.server.port) as listener:
        if become_worker(wish.workers):
            _run(_serve, bootstrap, settings, wish, listener, parent)


def _run(work: Callable[..., Awaitable[None]], *arguments: object) -> None:
    options = {"use_uvloop": find_spec("uvloop") is not None}
    anyio.run(work, *arguments, backend="asyncio", backend_options=options)


async def _serve(
    bootstrap: Bootstrap,
    settings: Settings,
    wish: Wish,
    listener: socket.socket | None = None,
    parent: int | None = None,
) -> None:
    async with bootstrap(settings) as application, anyio.create_task_group() as tasks:

        async def ready(url: str) -> None:
            say("\n".join([f"Soledoor is ready at {url}", *await way_in(application, url, demo=wish.demo)]))

        if parent is not None:
            tasks.start_soon(_end_with_parent, parent)
        await serve(application.asgi, ready, listener=listener)
        tasks.cancel_scope.cancel()
    log.info("stopped")


async def _end_with_parent(parent: int) -> None:
    """Stop when the process that holds the workers together is gone: nobody would stop this one."""
    while os.getppid() == parent:  # noqa: ASYNC110 - the system tells it in no other way
        await anyio.sleep(LOOK_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)
