"""From settings to a running application: settings → container → verify → freeze → lifespan."""

from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from typing import Literal

from fastapi import FastAPI

from config.logs import configure_logs, secret_values
from config.reading import read_settings
from config.settings import Settings
from containers.agents import add_agents
from containers.application import ApplicationContainer
from containers.engines import choose_engines
from containers.kernel import freeze, graph, verify
from containers.lifespan import Lifespan
from containers.logs import choose_log
from containers.models import choose_model
from containers.origin import refuse_foreign_packages
from containers.redis import choose_redis
from containers.roles import ROLES
from services.agents.registry import AgentRegistry
from services.calls import DirectCalls
from services.identity.accounts import Accounts
from services.identity.codes import OneTimeCodes
from services.identity.sessions import Sessions
from services.old_uses import OldUses
from services.ports import CallStore, EventLog, FileStore, RunStore
from services.ports.old_uses import OldUseStore
from services.request import OpenRequest
from services.runs import RunService
from services.switches import Switches
from services.tools.catalog import ToolCatalog
from services.tools.factory import RequestScopedToolDispatcherFactory

STOP_GRACE = 5.0
"""Seconds that closing may take beyond the drain time."""


class Application:
    """What a running application offers to whoever embeds it; valid inside ``bootstrap``'s block."""

    def __init__(self, container: ApplicationContainer) -> None:
        self._container = container
        self.settings: Settings = container.settings()
        self.asgi: FastAPI = container.web().asgi
        self.open_request: OpenRequest = container.open_request()
        self.dispatcher_factory: RequestScopedToolDispatcherFactory = container.dispatcher_factory()
        self.runs: RunService = container.runs()
        self.calls: DirectCalls = container.calls()
        self.catalog: ToolCatalog = container.catalog()
        self.agents: AgentRegistry = container.registry()
        self.accounts: Accounts = container.accounts()
        self.sessions: Sessions = container.sessions()
        self.codes: OneTimeCodes = container.codes()
        self.switches: Switches = container.switches()
        self.old_uses: OldUses = container.old_uses()
        self.old_use_store: OldUseStore = container.old_use_store()
        self.files: FileStore = container.files()
        self.log: EventLog = container.event_log()
        self.run_store: RunStore = container.run_store()
        self.call_store: CallStore = container.call_store()

    def graph(self, format: Literal["text", "mermaid", "svg"] = "text") -> str:  # noqa: A002 - the public name
        """Return a picture of the container."""
        return graph(self._container, format)


def container_for(settings: Settings) -> ApplicationContainer:
    """Return the verified container; nothing is built, entered or frozen yet. Raises ``WiringError`` with
    every fault.
    """
    container = ApplicationContainer()
    container.settings.give(settings)
    choose_engines(container, settings.database)
    choose_model(container, settings.models)
    choose_log(container, settings.events)
    choose_redis(container, settings)
    add_agents(container, settings.agents.modules)
    verify(container, ROLES)
    return container


@asynccontextmanager
async def bootstrap(settings: Settings | None = None) -> AsyncGenerator[Application, None]:
    """Run an application for the block: verified, frozen, entered; left in reverse order, within a deadline.

    Raises ``SettingsError``, ``InvalidInput`` or ``ToolDefinitionError``, each with the cure in one line,
    when it cannot start; then nothing is left open.
    """
    refuse_foreign_packages()
    settings = settings or read_settings()
    configure_logs(settings.logs, secret_values(settings))
    container = container_for(settings)
    freeze(container)
    async with Lifespan(container, settings.server.drain_seconds + STOP_GRACE):
        yield Application(container)


@contextmanager
def application_for_tests(settings: Settings) -> Generator[ApplicationContainer, None, None]:
    """Give a container of its own that was never frozen: override any provider, then open requests.

    ``container.open_request(context)`` is enough for tools and agents; ``running(container)`` also starts
    what works in the background: the database, the server's sockets, runs. No two containers share
    anything, so overrides are safe when tests run at the same time.
    """
    yield container_for(settings)


@asynccontextmanager
async def running(container: ApplicationContainer) -> AsyncGenerator[Application, None]:
    """Run an application over a container that a test has prepared."""
    async with Lifespan(container, STOP_GRACE):
        yield Application(container)
