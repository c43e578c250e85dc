"""The world of identity's tests."""

import pytest

from tests.services.identity.stores import World


@pytest.fixture
async def world() -> World:
    return await World().with_ada()
