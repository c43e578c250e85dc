"""A real application behind a real browser: one of each for a file of tests, a user and a window for each."""

import itertools
import os
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import anyio
import pytest
from playwright.async_api import Browser, async_playwright, expect

from adapters.web.server import serve
from config.limits import Limits
from config.settings import Server, Settings, Tools
from containers.bootstrap import Application, application_for_tests, running
from tests.browser.screen import PASSWORD, Screen
from tests.browser.stage import StageModel
from tests.needs import where

FLAGS = (
    "--disable-gpu",
    "--in-process-gpu",
    "--disable-background-networking",
    "--no-first-run",
    *(("--no-sandbox",) * (os.geteuid() == 0)),
)

expect.set_options(timeout=15_000)  # a bound on hanging: a busy machine takes longer than the library's 5 s

Visit = Callable[..., Awaitable[Screen]]


@dataclass(slots=True)
class PageServer:
    """Where the application answers, and how a test gets an account there."""

    base: str
    application: Application
    numbers: "itertools.count[int]"

    async def account(self) -> str:
        """Make a user of one's own; the password is ``PASSWORD``."""
        name = f"visitor{next(self.numbers)}"
        await self.application.accounts.create(name, PASSWORD)
        return name


@pytest.fixture(scope="module")
async def page_server(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[PageServer, None]:
    settings = Settings(
        data=tmp_path_factory.mktemp("page") / "data",
        server=Server(port=0),
        tools=Tools(modules=("tests.browser.tools",)),
        limits=Limits(messages_per_minute=12),
    )
    with application_for_tests(settings) as container:
        container.model.override(StageModel())
        async with running(container) as application, anyio.create_task_group() as tasks:
            ready, stop = anyio.Event(), anyio.Event()
            bases: list[str] = []

            async def on_ready(base: str) -> None:
                bases.append(base)
                ready.set()

            async def serving() -> None:
                await serve(application.asgi, on_ready, stop=stop)

            tasks.start_soon(serving)
            await ready.wait()
            yield PageServer(bases[0], application, itertools.count(1))
            stop.set()


@pytest.fixture(scope="session")
async def browser() -> AsyncGenerator[Browser, None]:
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=where("chromium"), args=list(FLAGS))
        yield chromium
        await chromium.close()


@pytest.fixture
async def visit(page_server: PageServer, browser: Browser) -> AsyncGenerator[Visit, None]:
    """Open a window of its own: ``await visit()``, with Playwright's options for a context."""
    async with AsyncExitStack() as opened:

        async def visit(**options: Any) -> Screen:
            wide = {"viewport": {"width": 1280, "height": 860}, "reduced_motion": "reduce"}
            context = await browser.new_context(**{**wide, **options})
            opened.push_async_callback(context.close)
            context.set_default_timeout(15_000)
            return Screen(await context.new_page(), context, page_server.base).listen()

        yield visit


@pytest.fixture
async def screen(visit: Visit, page_server: PageServer) -> Screen:
    """A window in which a new user is logged in."""
    window = await visit()
    await window.open()
    await window.log_in(await page_server.account())
    return window
