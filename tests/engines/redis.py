"""Fixtures: a Redis server for the whole session, keys of its own for each test, and servers to be killed.

The shared server is a private one, started with the first test that needs it, or the one that the URL in
``SOLEDOOR_TEST_REDIS_URL`` names; tests of one server never meet, since each has a prefix of its own.
"""

import os
import shutil
import uuid
from collections.abc import AsyncIterator, Callable, Iterator

import pytest

from adapters.redis.address import RedisAddress
from adapters.redis.link import RedisLink
from tests.build import build
from tests.engines.redis_server import PROGRAM, RedisServer

GIVEN = "SOLEDOOR_TEST_REDIS_URL"
TIMEOUT = 10.0
"""Seconds: wide enough for a busy machine."""

MakeServer = Callable[..., RedisServer]


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """The URL of the shared server."""
    if GIVEN in os.environ:
        yield os.environ[GIVEN]
        return
    server = RedisServer()
    try:
        server.start()
        yield server.url
    finally:
        server.remove()


@pytest.fixture
def redis_prefix() -> str:
    """The first word of all keys of this test."""
    return f"test-{uuid.uuid4().hex[:12]}"


@pytest.fixture
async def redis_link(redis_url: str) -> AsyncIterator[RedisLink]:
    """A link to the shared server."""
    async with build(RedisLink, RedisAddress(redis_url, TIMEOUT)) as link:
        yield link


@pytest.fixture
def redis_server() -> Iterator[MakeServer]:
    """Make a server that the test may do anything to: ``redis_server(appendonly="yes")``."""
    if shutil.which(PROGRAM) is None:
        pytest.skip(f"needs a server of its own, {GIVEN} names a foreign one")
    servers: list[RedisServer] = []

    def make(**settings: str) -> RedisServer:
        server = RedisServer({name.replace("_", "-"): value for name, value in settings.items()})
        servers.append(server)
        server.start()
        return server

    yield make
    for server in servers:
        server.remove()
