"""How a command that does one thing gets a running application: settings, a quiet log, one event loop."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import anyio

from adapters.cli.application import ApplicationView, Bootstrap
from adapters.cli.quiet import quiet
from config.reading import read_settings
from config.settings import Settings

T = TypeVar("T")


def with_application(
    bootstrap: Bootstrap,
    config: Path | None,
    data: Path | None,
    work: Callable[[ApplicationView], Awaitable[T]],
) -> T:
    """Return what the work returns, done with the application that these options mean."""
    settings = quiet(read_settings(config, data=data))

    async def run() -> T:
        async with bootstrap(settings) as application:
            return await work(application)

    return anyio.run(run, backend="asyncio")


def entered(bootstrap: Bootstrap, settings: Settings, look: Callable[[ApplicationView], T]) -> T:
    """Return what a look at the running application shows."""

    async def run() -> T:
        async with bootstrap(settings) as application:
            return look(application)

    return anyio.run(run, backend="asyncio")
