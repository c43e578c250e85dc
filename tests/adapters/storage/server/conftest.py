"""A PostgreSQL database of each test's own, reached as a server is."""

from collections.abc import Callable

import pytest

from adapters.storage.places import located
from adapters.storage.postgres import PostgresServer
from adapters.storage.postgres_database import PostgresDatabase
from tests.build import build

Opens = Callable[..., PostgresDatabase]


def server_at(url: str, **waits: float) -> PostgresServer:
    """The server, with these bounds on waiting."""
    place = located(url, **waits)
    assert isinstance(place, PostgresServer)
    return place


@pytest.fixture
def opens(postgres_url: str) -> Opens:
    """Make a database to enter: ``opens(connections=2, busy_timeout=0.1)``."""

    def made(connections: int = 4, waiting: int = 10_000, **waits: float) -> PostgresDatabase:
        return build(PostgresDatabase, server_at(postgres_url, **waits), connections, waiting)

    return made
