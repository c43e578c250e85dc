"""The site that most tests of the web layer talk to."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, cast

import pytest
from fastapi import FastAPI

from tests.adapters.web.site import MakeSite, Relay, Site, build_site, listening


@pytest.fixture(scope="module")
async def relay(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Relay, str]]:
    relayed = Relay(build_site(tmp_path_factory.mktemp("relay")).doors)
    async with listening(cast(FastAPI, relayed)) as url:
        yield relayed, url


@pytest.fixture
async def make_site(relay: tuple[Relay, str], tmp_path: Path) -> AsyncIterator[MakeSite]:
    """Give a function that builds a site with other settings; call it once."""
    async with AsyncExitStack() as stack:

        async def make(limits: dict[str, Any] | None = None, **server: Any) -> Site:
            built = build_site(tmp_path, limits, **server)
            relay[0].target, built.url = built.web.asgi, relay[1]
            await stack.enter_async_context(built.sockets)
            return built

        yield make


@pytest.fixture
async def site(make_site: MakeSite) -> Site:
    return await make_site()
