"""One application for the whole suite; each test has users and runs of its own."""

import itertools
from collections.abc import AsyncGenerator, Callable, Generator
from pathlib import Path

import orjson
import pytest

from adapters import legacy
from config.limits import Limits
from config.settings import Legacy, Settings
from containers.bootstrap import Application, bootstrap
from services.context import UserExecutionContext
from tests.contracts.dispatcher.ways import ADMIN, EVERY, Way

NUMBERS = itertools.count(1)


@pytest.fixture(scope="module")
async def application(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Application, None]:
    data: Path = tmp_path_factory.mktemp("dispatcher")
    few = Limits(live_dispatchers=3, dispatcher_wait=0.05, calls_per_minute=10_000)
    async with bootstrap(Settings(data=data, limits=few, legacy=Legacy(mode="allow"))) as application:
        yield application


@pytest.fixture(autouse=True)
def installed(application: Application) -> Generator[None, None, None]:
    legacy.install(application)
    yield
    legacy.uninstall()


@pytest.fixture(params=EVERY)
def way_name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def way(way_name: str) -> Way:
    return EVERY[way_name]


Contexts = Callable[[], UserExecutionContext]


@pytest.fixture
def contexts(way_name: str) -> Contexts:
    """Contexts of one user that nobody else is; an administrator where the way is for those."""
    user = f"ann-{next(NUMBERS)}" if way_name != "UnifiedToolDispatcherFactory.create_for_admin" else "ann"
    roles = frozenset({"user", "admin"} if way_name in ADMIN else {"user"})
    return lambda: UserExecutionContext(user, "thread-1", f"run-{next(NUMBERS)}", roles=roles)


@pytest.fixture
def context(contexts: Contexts) -> UserExecutionContext:
    return contexts()


async def events_of(application: Application, context: UserExecutionContext) -> list[str]:
    """The types of a run's events, in order."""
    frames = await application.log.read_run(context.user_id, context.run_id)
    return [orjson.loads(frame.data)["type"] for frame in frames]
