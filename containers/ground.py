"""What every other object stands on: settings, time, the database, and what all processes agree on."""

from dependency_injector.containers import DeclarativeContainer

from adapters.alone.limits import MemoryLimits
from adapters.clock import SystemClock
from adapters.storage.ephemeral import SqlEphemeral
from adapters.storage.leases import SqlLeases
from adapters.storage.notices import SqlNotices
from adapters.storage.old_uses import SqlOldUseStore
from adapters.storage.outdated import OldCalls, OldSessions
from adapters.storage.sqlite_database import SqliteDatabase
from adapters.storage.switches import SqlSwitchStore
from adapters.telemetry.metrics import PrometheusMetrics
from config.settings import Settings
from containers import values
from containers.kernel import Shared
from services.housekeeping import Housekeeping
from services.old_uses import OldUses
from services.places import Places
from services.replica import Replica
from services.switches import Switches


class Ground(DeclarativeContainer):
    """The first part of ``ApplicationContainer``; which engines are used is set by ``containers.engines``."""

    # what an operator decided
    settings = Shared(Settings)
    server = Shared(values.server_of, settings)
    limits = Shared(values.limits_of, settings)
    auth = Shared(values.auth_of, settings)

    # the world outside
    clock = Shared(SystemClock)
    metrics = Shared(PrometheusMetrics)
    database = Shared(
        SqliteDatabase, Shared(values.database_at, settings), settings.provided.database.busy_timeout
    )

    # what all processes agree on
    leases = Shared(SqlLeases, database, clock)
    replica = Shared(Replica, leases, limits.provided.lease)
    notices = Shared(SqlNotices, database, clock)
    shared_limits = Shared(MemoryLimits, clock)
    places = Shared(Places, shared_limits)
    ephemeral = Shared(SqlEphemeral, database, clock)
    switch_store = Shared(SqlSwitchStore, database, clock)
    switches = Shared(Switches, switch_store, Shared(values.initial_switches, settings))
    old_use_store = Shared(SqlOldUseStore, database, clock)
    old_uses = Shared(OldUses, old_use_store)

    # what is too old
    lifetime = Shared(values.session_lifetime, auth)
    old_sessions = Shared(OldSessions, database, clock, lifetime.provided.idle)
    old_calls = Shared(OldCalls, database, clock, Shared(values.calls_kept, settings))
    chores = Shared(values.chores, shared_limits, leases, notices, ephemeral, old_sessions, old_calls)
    housekeeping = Shared(Housekeeping, chores)
