import pytest

from helpdesk.app import opened


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
async def desk():
    async with opened() as desk:
        yield desk
