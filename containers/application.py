"""The whole application on one screen: every object, what it is made of, and how long it lives.

``Shared`` objects live as long as the process, ``Scoped`` ones as long as one request. Nothing is
constructed anywhere else.
"""

from adapters.bridge import WebSocketBridgeAdapter
from adapters.event_log.sql.store import SqlEventStore
from adapters.event_log.stored import StoredEventLog
from adapters.models.scripted import ScriptedModel
from adapters.passwords import Argon2Hasher
from adapters.storage.calls import SqlCallStore
from adapters.storage.files import DiskFileStore
from adapters.storage.notes import SqlNoteStore
from adapters.storage.runs import SqlRunStore
from adapters.storage.sessions import SqlSessionStore
from adapters.storage.users import SqlUserStore
from adapters.telemetry.loop_watch import LoopWatch
from adapters.telemetry.memory import ProcessMemory
from adapters.toolkits.builtin.calculate import CalculateTools
from adapters.toolkits.builtin.notes import NoteTools
from adapters.toolkits.builtin.system import SystemTools
from adapters.toolkits.builtin.tables import TableTools
from adapters.toolkits.builtin.time import TimeTools
from adapters.toolkits.functions import EntryPointToolkit, ModuleToolkit
from adapters.web.app import WebApplication
from adapters.web.doors import Doors
from adapters.web.sockets.registry import Sockets
from containers import values, watching
from containers.door import RequestDoor
from containers.ground import Ground
from containers.kernel import Input, Later, Opener, Scoped, Shared, maker
from services.agents.analyst import Analyst
from services.agents.assistant import Assistant
from services.agents.base import BaseAgent
from services.agents.registry import AgentRegistry, RequestAgents
from services.agents.supervisor import Supervisor
from services.agents.supervisor_factory import SupervisorFactory
from services.call_recovery import CallRecovery
from services.calls import DirectCalls
from services.context import UserExecutionContext
from services.deliveries import Deliveries
from services.execution import RunExecution
from services.identity.accounts import Accounts
from services.identity.codes import OneTimeCodes
from services.identity.session_endings import SessionEndings
from services.identity.sessions import Sessions
from services.identity.throttle import LoginThrottle
from services.identity.tickets import Tickets
from services.intake import Intake
from services.journal import RunJournal
from services.listeners import Listeners
from services.memory import MemoryService
from services.open_calls import OpenCalls
from services.recovery import RunRecovery
from services.request import OpenRequest, Request
from services.run_states import RunStates
from services.runs import RunService
from services.sending import EventSender
from services.status import SystemStatus
from services.tending import RunTender
from services.tools.admission import DispatcherAdmission
from services.tools.calls import RequestCalls
from services.tools.catalog import ToolCatalog
from services.tools.dispatcher import RequestScopedToolDispatcher
from services.tools.engine import ExecutionEngine
from services.tools.factory import RequestScopedToolDispatcherFactory
from services.tools.limits import CallLimits
from services.tools.pipeline import ToolPipeline
from services.tools.policy import ToolPolicy
from services.tools.recorder import CallRecorder
from services.tools.threads import ToolThreads
from services.tools.toolbox import Toolbox


class ApplicationContainer(Ground):
    """Made by ``containers.bootstrap``; tests override any provider."""

    # what everything stands on
    settings, server, limits, auth = Ground.settings, Ground.server, Ground.limits, Ground.auth
    clock, metrics, database = Ground.clock, Ground.metrics, Ground.database
    leases, replica, notices, ephemeral = Ground.leases, Ground.replica, Ground.notices, Ground.ephemeral
    shared_limits, places = Ground.shared_limits, Ground.places

    # how it goes
    process_memory = Shared(ProcessMemory, limits.provided.memory_bytes)
    memory = Shared(MemoryService, process_memory, clock)
    listeners = Shared(Listeners, limits.provided.sockets_per_user, server.provided.sockets_total)

    # what is kept
    run_store = Shared(SqlRunStore, database, clock)
    call_store = Shared(SqlCallStore, database)
    note_store = Shared(SqlNoteStore, database, clock)
    user_store = Shared(SqlUserStore, database)
    session_store = Shared(SqlSessionStore, database)
    files = Shared(
        DiskFileStore, database, Shared(values.files_at, settings), clock, limits.provided.files_per_user
    )
    event_store = Shared(SqlEventStore, database, clock, Shared(values.kept_bounds, settings))
    event_log = Shared(
        StoredEventLog,
        event_store,
        metrics,
        Shared(values.ring_bounds, settings),
        settings.provided.events.position_check,
    )
    deliveries = Shared(Deliveries, run_store, metrics)
    sender = Shared(EventSender, event_log, metrics, deliveries, limits.provided.waiting_events)
    journal = Shared(RunJournal, sender, event_log, deliveries, clock)

    # who
    hasher = Shared(Argon2Hasher, auth)
    session_endings = Shared(SessionEndings, session_store, listeners, notices)
    accounts = Shared(Accounts, user_store, hasher, session_endings, auth.provided.minimum_password)
    throttle = Shared(
        LoginThrottle,
        clock,
        shared_limits,
        ephemeral,
        auth.provided.login_attempts,
        auth.provided.login_window,
    )
    sessions = Shared(
        Sessions,
        session_store,
        user_store,
        hasher,
        clock,
        session_endings,
        throttle,
        metrics,
        Ground.lifetime,
    )
    tickets = Shared(Tickets, sessions, ephemeral, shared_limits)
    codes = Shared(OneTimeCodes, ephemeral)

    # tools
    threads = Shared(ToolThreads, limits.provided.tool_threads, limits.provided.concurrent_calls)
    call_limits = Shared(CallLimits, Shared(values.call_bounds, settings), shared_limits, places)
    admission = Shared(DispatcherAdmission, limits.provided.live_dispatchers, limits.provided.dispatcher_wait)
    tables = Shared(TableTools, files, clock)
    relief = Shared(values.relief, memory, tables, admission)
    status = Shared(SystemStatus, memory, admission, call_limits, threads)
    toolkits = Shared(
        values.toolkits,
        settings,
        Shared(ModuleToolkit, settings.provided.tools.modules),
        Shared(EntryPointToolkit),
        Shared(CalculateTools),
        Shared(TimeTools, clock),
        Shared(NoteTools, note_store),
        tables,
        Shared(SystemTools, status),
    )
    catalog = Shared(ToolCatalog, toolkits)
    policy = Shared(ToolPolicy, settings.provided.tools.open_unlisted)
    engine = Shared(
        ExecutionEngine, threads, Shared(values.result_bounds, settings), limits.provided.tool_timeout
    )
    recorder = Shared(CallRecorder, call_store, metrics, clock)
    pipeline = Shared(
        ToolPipeline, catalog, policy, call_limits, engine, recorder, Shared(values.tool_reader)
    )
    dispatcher_factory = Shared(
        RequestScopedToolDispatcherFactory, maker(RequestScopedToolDispatcher), pipeline, admission
    )
    loop_watch = Shared(LoopWatch, engine)

    # agents
    model = Shared(ScriptedModel)
    agent_kinds = Shared(values.agent_kinds)
    registry = Shared(AgentRegistry, agent_kinds, limits.provided.live_agents)
    supervisor_factory = Shared(SupervisorFactory, maker(Supervisor), registry, model)

    # one request
    context = Input(UserExecutionContext)
    bridge = Scoped(WebSocketBridgeAdapter, context, journal, listeners)
    toolbox = Scoped(Toolbox, context, pipeline)
    calls_of_request = Scoped(RequestCalls, context, bridge, pipeline)
    dispatcher = Scoped(
        RequestScopedToolDispatcher, context, bridge, toolbox, calls_of_request, via=dispatcher_factory
    )
    assistant = Scoped(Assistant, context, dispatcher, bridge, model, limits.provided.agent_steps)
    analyst = Scoped(Analyst, context, dispatcher, bridge, model, limits.provided.agent_steps)
    agents_on_demand: Later[BaseAgent] = Later(assistant=assistant, analyst=analyst)
    agents = Scoped(RequestAgents, context, registry, agents_on_demand)
    supervisor = Scoped(Supervisor, context, dispatcher, bridge, agents, via=supervisor_factory)
    request = Scoped(Request, context, dispatcher, supervisor, bridge, memory)

    # the ways in
    open_request = RequestDoor(OpenRequest, Opener(request, context))
    dispatcher_factory.add_kwargs(opener=Opener(dispatcher, context))  # last: the two name each other
    open_calls = Shared(OpenCalls, ephemeral, replica)
    calls = Shared(DirectCalls, dispatcher_factory, open_calls, ephemeral, Shared(values.key_times, settings))
    intake = Shared(
        Intake, run_store, files, registry, memory, shared_limits, limits.provided.messages_per_minute
    )
    execution = Shared(RunExecution, open_request, intake, run_store, journal, metrics)
    runs = Shared(
        RunService,
        replica,
        intake,
        execution,
        run_store,
        journal,
        notices,
        Shared(values.run_bounds, settings),
    )
    gauges = Shared(watching.gauges, metrics, sender, runs)
    recovery = Shared(RunRecovery, replica, run_store, leases, event_log, journal)
    call_recovery = Shared(CallRecovery, replica, open_calls, leases, event_log, journal)
    tender = Shared(RunTender, runs, recovery, call_recovery, Shared(values.tending_seconds, limits))
    sockets = Shared(Sockets, clock, limits)
    doors = Shared(
        Doors,
        sessions=sessions,
        accounts=accounts,
        tickets=tickets,
        codes=codes,
        runs=runs,
        states=Shared(RunStates, replica, run_store, journal, event_log, clock, limits.provided.kept_seconds),
        deliveries=deliveries,
        calls=calls,
        catalog=catalog,
        policy=policy,
        agents=registry,
        run_store=run_store,
        call_store=call_store,
        files=files,
        log=event_log,
        listeners=listeners,
        sockets=sockets,
        memory=memory,
        metrics=metrics,
        clock=clock,
        checks=Shared(watching.checks, database, event_log, sender),
        hurry=Shared(watching.hurry, database),
        server=server,
        limits=limits,
    )
    web = Shared(WebApplication, doors)
