"""What every test gets: anyio on asyncio, since uvicorn runs nowhere else."""

import pytest

pytest_plugins = ["containers.testing"]


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"
