"""What settings mean for the graph: the values that objects take instead of the settings themselves."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from adapters.event_log.memory import LogBounds
from adapters.event_log.newest import RingBounds
from adapters.event_log.store import KeptBounds
from adapters.storage.directory import usable
from adapters.storage.places import located
from adapters.storage.postgres import PostgresServer
from adapters.toolkits.builtin.tables import TableTools
from adapters.toolkits.objects import tool_from_object
from config.limits import Limits
from config.settings import Auth, Server, Settings
from services.agents.analyst import Analyst
from services.agents.assistant import Assistant
from services.agents.base import BaseAgent
from services.calls import KeyTimes
from services.identity.sessions import Lifetime
from services.memory import MemoryService
from services.ports.runs import Turns
from services.ports.trimming import Trimmed
from services.runs import RunBounds
from services.tools.admission import DispatcherAdmission
from services.tools.bounding import ResultBounds
from services.tools.function import tool_from_function
from services.tools.limits import CallBounds
from services.tools.pipeline import ReadTool
from services.tools.tool import Tool
from services.tools.toolkit import Toolkit

Toolkits = tuple[Toolkit, ...]
AgentKinds = tuple[type[BaseAgent], ...]
KEY_MARGIN = 15.0
"""Seconds that a call may take beside its limits."""


def server_of(settings: Settings) -> Server:
    """Return the section."""
    return settings.server


def limits_of(settings: Settings) -> Limits:
    """Return the section."""
    return settings.limits


def auth_of(settings: Settings) -> Auth:
    """Return the section."""
    return settings.auth


def database_at(settings: Settings) -> str | Path:
    """Return the database's URL, or where its file is; by default a file in the data directory, which is
    tried first.
    """
    return settings.database.url or usable(settings.data.absolute()) / "soledoor.db"


def server_at(settings: Settings) -> PostgresServer:
    """Return the PostgreSQL server that the database's URL names, and how long it is waited for."""
    database = settings.database
    place = located(
        database.url or "",
        database.busy_timeout,
        connect_timeout=database.connect_timeout,
        work_timeout=database.work_timeout,
    )
    assert isinstance(place, PostgresServer)
    return place


def data_at(settings: Settings) -> Path:
    """Return the data directory."""
    return settings.data.absolute()


def files_at(settings: Settings) -> Path:
    """Return the directory of uploaded files."""
    return usable(settings.data.absolute()) / "files"


def call_bounds(settings: Settings) -> CallBounds:
    """Return how many calls may run."""
    limits = settings.limits
    return CallBounds(
        per_user=limits.concurrent_calls,
        total=limits.concurrent_calls_total,
        per_minute=limits.calls_per_minute,
        wait=limits.call_wait,
    )


def log_bounds(settings: Settings) -> LogBounds:
    """Return how much of a user's events is kept where memory is all there is."""
    limits = settings.limits
    return LogBounds(limits.ring_events, limits.ring_bytes, limits.kept_seconds)


def ring_bounds(settings: Settings) -> RingBounds:
    """Return how much of a watched user's events is kept in memory."""
    return RingBounds(settings.limits.ring_events, settings.limits.ring_bytes)


def kept_bounds(settings: Settings) -> KeptBounds:
    """Return how much of a user's events is kept in the store."""
    return KeptBounds(settings.limits.kept_events, settings.limits.kept_seconds)


def result_bounds(settings: Settings) -> ResultBounds:
    """Return how large results may be."""
    return ResultBounds(settings.limits.result_bytes, settings.limits.stored_result_bytes)


def run_bounds(settings: Settings) -> RunBounds:
    """Return how many runs there may be, and for how long."""
    limits = settings.limits
    turns = Turns(at_once=limits.concurrent_runs, waiting=limits.queued_runs)
    return RunBounds(turns, limits.run_timeout)


def tending_seconds(limits: Limits) -> float:
    """Return how often to look after runs: a dead process's are ended within 5 s of its lease's end."""
    return min(1.0, limits.lease / 4)


def toolkits(settings: Settings, modules: Toolkit, entry_points: Toolkit, *builtin: Toolkit) -> Toolkits:
    """Return where tools come from, the operator's own last."""
    return (*(builtin if settings.tools.builtin else ()), modules, entry_points)


def agent_kinds() -> AgentKinds:
    """Return the agents that are always there."""
    return (Assistant, Analyst)


def session_lifetime(auth: Auth) -> Lifetime:
    """Return how long sessions last."""
    return Lifetime(timedelta(hours=auth.session_idle_hours), timedelta(days=auth.session_days))


def initial_switches(settings: Settings) -> Mapping[str, str]:
    """Return what each switch is while nobody has set it."""
    return {
        "legacy.forbid_percent": str(settings.legacy.forbid_percent),
        "legacy.mode": settings.legacy.mode,
    }


def calls_kept(settings: Settings) -> timedelta:
    """Return how long records of calls are kept."""
    return timedelta(days=settings.limits.kept_calls_days)


def key_times(settings: Settings) -> KeyTimes:
    """Return how long keys of direct calls last."""
    limits = settings.limits
    longest = limits.dispatcher_wait + limits.call_wait + limits.tool_timeout + KEY_MARGIN
    return KeyTimes(running=longest, remembered=limits.kept_keys_seconds)


def chores(*parts: object) -> Mapping[str, Trimmed]:
    """Return what housekeeping sweeps: those of these parts that gather anything."""
    return {type(part).__name__: part for part in parts if isinstance(part, Trimmed)}


def relief(memory: MemoryService, tables: TableTools, admission: DispatcherAdmission) -> int:
    """Tell the memory service what may give way when memory is tight; return of how many kinds."""
    memory.add_trimmer(tables.cache.clear)
    memory.add_idle_closer(admission.close_idle)
    return 2


def tool_reader() -> ReadTool:
    """Return how a dispatcher reads what it is asked to register."""

    def read(tool: object, function: Any = None, description: str | None = None) -> Tool:
        if function is None:
            return tool_from_object(tool)
        return tool_from_function(function, name=str(tool), description=description)

    return read
