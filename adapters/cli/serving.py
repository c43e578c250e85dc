"""`serve`: reads the settings, builds the application and says on standard output how to reach it."""

from importlib.util import find_spec

import anyio

from adapters.cli.application import Bootstrap
from adapters.cli.terminal import say
from adapters.cli.welcome import refuse_demo_elsewhere, way_in
from adapters.cli.wish import Wish
from adapters.web.server import serve
from config.settings import Settings


def serve_until_stopped(bootstrap: Bootstrap, wish: Wish) -> None:
    """Serve until SIGTERM or Ctrl-C, then let running work end and close everything."""
    settings = wish.settings()
    if wish.demo:
        refuse_demo_elsewhere(settings.server.host)
    options = {"use_uvloop": find_spec("uvloop") is not None}
    anyio.run(_serve, bootstrap, settings, wish.demo, backend="asyncio", backend_options=options)


async def _serve(bootstrap: Bootstrap, settings: Settings, demo: bool) -> None:
    async with bootstrap(settings) as application:

        async def ready(url: str) -> None:
            say("\n".join([f"Soledoor is ready at {url}", *await way_in(application, url, demo=demo)]))

        await serve(application.asgi, ready)
