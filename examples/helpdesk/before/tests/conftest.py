import pytest

from helpdesk.app import opened


@pytest.fixture(scope="session")
def anyio_backend():
    return "asyncio"


@pytest.fixture(scope="session")
async def desk():
    async with opened() as desk:
        yield desk
