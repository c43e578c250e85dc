"""One application for a module's tests, installed for each; the switches are put back after each."""

from collections.abc import AsyncGenerator

import pytest

from adapters import legacy
from config.settings import Settings
from containers.bootstrap import Application, bootstrap
from services.context import UserExecutionContext


@pytest.fixture(scope="module")
async def application(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Application, None]:
    async with bootstrap(Settings(data=tmp_path_factory.mktemp("facades"))) as application:
        yield application


@pytest.fixture
async def installed(application: Application) -> AsyncGenerator[Application, None]:
    legacy.install(application)
    yield application
    legacy.uninstall()
    for state in application.switches.all():
        await application.switches.change(state.name, state.initial, "test")


def context(
    user: str = "ann", run: str = "run-1", roles: frozenset[str] = frozenset()
) -> UserExecutionContext:
    return UserExecutionContext(user, "thread-1", run, roles=roles)
