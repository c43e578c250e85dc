"""What the web layer is given: every service behind its routes and sockets, in one frozen value."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection

from adapters.web.addresses import Addresses
from adapters.web.cookies import SessionCookie
from adapters.web.delivery import Sources
from adapters.web.sockets.registry import Sockets
from config.limits import Limits
from config.settings import Server
from services.agents.registry import AgentRegistry
from services.calls import DirectCalls
from services.deliveries import Deliveries
from services.identity.accounts import Accounts
from services.identity.codes import OneTimeCodes
from services.identity.sessions import Sessions
from services.identity.tickets import Tickets
from services.listeners import Listeners
from services.memory import MemoryService
from services.ports.calls import CallStore
from services.ports.clock import Clock
from services.ports.events import EventLog
from services.ports.files import FileStore
from services.ports.metrics import Metrics
from services.ports.run_store import RunStore
from services.run_states import RunStates
from services.runs import RunService
from services.tools.catalog import ToolCatalog
from services.tools.policy import ToolPolicy

Check = Callable[[], Awaitable[bool]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """Handlers reach it through ``Door``; it holds no user's data.

    ``checks`` maps a name (database, event_log, ...) to an async function that returns whether that part
    works. One that raises says that it does not; of a refusal everybody may read the words. ``hurry`` tells
    the database in how many seconds all waiting for it must be over.
    """

    # who
    sessions: Sessions
    accounts: Accounts
    tickets: Tickets
    codes: OneTimeCodes
    # what is done
    runs: RunService
    states: RunStates
    deliveries: Deliveries
    calls: DirectCalls
    catalog: ToolCatalog
    policy: ToolPolicy
    agents: AgentRegistry
    # what is kept
    run_store: RunStore
    call_store: CallStore
    files: FileStore
    # what is told
    log: EventLog
    listeners: Listeners
    sockets: Sockets
    # how it goes
    memory: MemoryService
    metrics: Metrics
    clock: Clock
    checks: Mapping[str, Check]
    hurry: Callable[[float], None]
    # what an operator decided
    server: Server
    limits: Limits
    addresses: Addresses = field(init=False)
    cookie: SessionCookie = field(init=False)
    sources: Sources = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "addresses", Addresses.of(self.server))
        object.__setattr__(self, "cookie", SessionCookie.of(self.server))
        sources = Sources(
            self.log, self.states, self.deliveries, self.clock, self.metrics, self.limits.heartbeat
        )
        object.__setattr__(self, "sources", sources)


def door(conn: HTTPConnection) -> Doors:
    """Return what this application was given (a FastAPI dependency, for requests and sockets alike)."""
    doors: Doors = conn.app.state.door
    return doors


Door = Annotated[Doors, Depends(door)]
