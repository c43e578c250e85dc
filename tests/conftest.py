"""What every test gets: anyio on asyncio, since uvicorn runs nowhere else, and a Ctrl-C that is heard."""

import signal

import pytest

pytest_plugins = ["containers.testing", "tests.engines.postgres", "tests.engines.redis"]

# What a shell puts in the background ignores Ctrl-C, and each process that the tests start would inherit it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"
