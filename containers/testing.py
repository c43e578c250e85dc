"""Fixtures for an application's own tests: ``pytest_plugins = ["containers.testing"]`` in its
``conftest.py``.

Each test has a container, a data directory and an application of its own, so nothing is shared between
tests, also when they run at the same time. Override providers in ``soledoor_overrides``, which runs before
the application starts.
"""

import uuid
from collections.abc import AsyncGenerator, Callable, Generator, Mapping
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from config.settings import Settings
from containers.application import ApplicationContainer
from containers.bootstrap import Application, application_for_tests, running
from services.context import UserExecutionContext
from services.ports.clock import Clock
from services.request import Request

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


class FakeClock(Clock):
    """A clock that stands still until a test moves it with ``advance``."""

    def __init__(self, present: datetime = NOON) -> None:
        self._present, self._seconds = present, 1000.0

    def now(self) -> datetime:
        """Return the moment it shows."""
        return self._present

    def monotonic(self) -> float:
        """Return its seconds."""
        return self._seconds

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self._seconds += seconds
        self._present += timedelta(seconds=seconds)


@pytest.fixture
def soledoor_settings(tmp_path: Path) -> Settings:
    """The settings of this test's application; redefine it to change some."""
    return Settings(data=tmp_path / "soledoor")


@pytest.fixture
def soledoor_container(soledoor_settings: Settings) -> Generator[ApplicationContainer, None, None]:
    """The container of this test: verified, never frozen."""
    with application_for_tests(soledoor_settings) as container:
        yield container


@pytest.fixture
def soledoor_overrides(soledoor_container: ApplicationContainer) -> None:
    """Redefine it to override providers app-wide: ``soledoor_container.model.override(my_model)``."""


@pytest.fixture
def soledoor_clock(soledoor_container: ApplicationContainer) -> FakeClock:
    """A clock that the test moves; asking for it puts it into the application."""
    clock = FakeClock()
    soledoor_container.clock.override(clock)
    return clock


@pytest.fixture
async def soledoor_app(
    soledoor_container: ApplicationContainer, soledoor_overrides: None
) -> AsyncGenerator[Application, None]:
    """The running application; left in reverse order after the test."""
    async with running(soledoor_container) as application:
        yield application


OpensRequest = Callable[..., AbstractAsyncContextManager[Request]]


@pytest.fixture
def open_request(soledoor_app: Application) -> OpensRequest:
    """Open a request: ``async with open_request(user_id, roles={"user"}, overrides={container.bridge:
    fake})``.

    Everything has a default; overrides count for this request only.
    """

    def opened(
        user_id: str = "user-under-test",
        *,
        run_id: str | None = None,
        roles: frozenset[str] | set[str] = frozenset({"user"}),
        overrides: Mapping[Any, object] | None = None,
    ) -> AbstractAsyncContextManager[Request]:
        run = run_id or f"run_{uuid.uuid4().hex}"
        context = UserExecutionContext(user_id, f"thread_{uuid.uuid4().hex}", run, roles=frozenset(roles))
        return soledoor_app.open_request(context, overrides)

    return opened
