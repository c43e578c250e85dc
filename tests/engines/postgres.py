"""Fixtures: PostgreSQL, and a fresh database of it with our tables, for each test that asks.

The server is a private one, started with the first test that needs it, or the one that the URL in
``SOLEDOOR_TEST_POSTGRES_URL`` names; its account must be allowed to make databases.
"""

import os
import uuid
from collections.abc import Iterator
from itertools import count

import anyio
import asyncpg
import pytest
from sqlalchemy.engine import make_url

from adapters.storage.migrate import migrate
from adapters.storage.places import located
from tests.apart import apart
from tests.engines.cluster import Cluster

GIVEN = "SOLEDOOR_TEST_POSTGRES_URL"


class Postgres:
    """A server on which tests make databases."""

    def __init__(self, cluster: Cluster | None) -> None:
        self._cluster = cluster
        self._name = f"soledoor_test_{uuid.uuid4().hex[:12]}"
        self._made: list[str] = []
        self._numbers = count()

    @property
    def cluster(self) -> Cluster:
        """The private cluster; a test that stops the server is skipped on a given one."""
        if self._cluster is None:
            pytest.skip(f"needs a server of its own, {GIVEN} names a foreign one")
        return self._cluster

    def url(self, database: str | None = None, *, tcp: bool = False) -> str:
        """Return the URL of a database, by default of the one that is always there."""
        if self._cluster is not None:
            return self._cluster.url(database or "postgres", tcp=tcp)
        url = make_url(os.environ[GIVEN])
        return url.set(database=database or url.database).render_as_string(hide_password=False)

    def template(self) -> str:
        """Return the name of a database with our tables, made the first time."""
        name = f"{self._name}_template"
        if name not in self._made:
            self._made.append(name)
            self.run(f'CREATE DATABASE "{name}"')
            apart(lambda: anyio.run(migrate, located(self.url(name))))
        return name

    def fresh(self, *, template: str | None = None, options: str = "") -> str:
        """Return the name of a new database, empty or a copy of a template."""
        name = f"{self._name}_{next(self._numbers)}"
        self._made.append(name)
        # Copying files takes half of what copying by the log takes.
        source = f' TEMPLATE "{template}" STRATEGY FILE_COPY' if template else ""
        self.run(f'CREATE DATABASE "{name}"{source} {options}')
        return name

    def drop(self, name: str) -> None:
        """Take a database away, whoever still uses it."""
        self.run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        self._made.remove(name)

    def drop_all(self) -> None:
        """Take away what is left."""
        for name in tuple(self._made):
            self.drop(name)

    def run(self, *statements: str, database: str | None = None) -> None:
        """Run statements from outside of anything under test."""
        apart(anyio.run, _run, self.url(database), statements)


async def _run(url: str, statements: tuple[str, ...]) -> None:
    connection = await asyncpg.connect(**located(url).arguments())  # type: ignore[union-attr] # a server's URL
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """The server."""
    if GIVEN in os.environ:
        given = Postgres(None)
        yield given
        given.drop_all()
        return
    cluster = Cluster()
    try:
        cluster.make()
        cluster.start()
        yield Postgres(cluster)
    finally:
        cluster.remove()


@pytest.fixture
def postgres_url(postgres: Postgres) -> Iterator[str]:
    """The URL of a database of this test's own, with our tables and nothing in them."""
    name = postgres.fresh(template=postgres.template())
    yield postgres.url(name)
    postgres.drop(name)


@pytest.fixture
def empty_postgres_url(postgres: Postgres) -> Iterator[str]:
    """The URL of a database of this test's own, with nothing in it at all."""
    name = postgres.fresh()
    yield postgres.url(name)
    postgres.drop(name)
