"""The whole application behind a real uvicorn, and clients that know nothing of it but the protocol."""

import itertools
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import anyio
import pytest

from adapters.web.server import serve
from config.limits import Limits
from config.settings import Server, Settings, Tools
from containers.application import ApplicationContainer
from containers.bootstrap import Application, application_for_tests, running
from tests.scenarios.client import PASSWORD, Client, logged_in


@dataclass
class World:
    """A running server and its accounts."""

    url: str
    application: Application
    numbers: "itertools.count[int]"

    async def user(self, *roles: str) -> Client:
        """Make an account and log it in."""
        name = f"somebody{next(self.numbers)}"
        await self.application.accounts.create(name, PASSWORD, frozenset({"user", *roles}))
        return await logged_in(self.url, name)


@asynccontextmanager
async def served(
    settings: Settings, prepare: Callable[[ApplicationContainer], None] = lambda container: None
) -> AsyncGenerator[World, None]:
    """Serve an application for the block, whose container may be prepared before."""
    with application_for_tests(settings) as container:
        prepare(container)
        async with running(container) as application, anyio.create_task_group() as tasks:
            stop, ready, where = anyio.Event(), anyio.Event(), []

            async def on_ready(url: str) -> None:
                where.append(url)
                ready.set()

            async def serve_until_stopped() -> None:
                await serve(application.asgi, on_ready, stop=stop)

            tasks.start_soon(serve_until_stopped)
            await ready.wait()
            yield World(where[0], application, itertools.count())
            stop.set()


@pytest.fixture(scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[World, None]:
    settings = Settings(
        data=tmp_path_factory.mktemp("world") / "data",
        server=Server(port=0),
        limits=Limits(
            messages_per_minute=10_000,
            calls_per_minute=100_000,
            concurrent_runs=50,
            concurrent_calls_total=1000,
            concurrent_calls=50,
            live_dispatchers=50,
            tool_timeout=20,
            ring_events=2000,
            ring_bytes=1 << 22,
        ),
        tools=Tools(modules=("tests.scenarios.tools",)),
    )
    async with served(settings) as world:
        yield world
