"""The old names, for callers that have not moved yet: each hands over to the one factory, and warns.

    async with bootstrap(settings) as application:
        legacy.install(application, modules={"old.package.path": ["UnifiedToolDispatcher"]})

Nothing is decided here. What a use does beside its work (counting, warning, refusing) is in
``adapters.facades.uses``; a dispatcher that a plain function returns may be used at once or awaited first.
The functions are plain even where their result is awaited, so that the call itself is found and counted.
``websocket_bridge``, ``websocket_manager`` and ``websocket_emitter`` are accepted and never used.
"""

from collections.abc import Coroutine, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

from adapters.facades.admins import as_admin
from adapters.facades.emitter import UserWebSocketEmitter
from adapters.facades.installation import INSTALLATION, FacedApplication
from adapters.facades.retired import Retired
from adapters.facades.uses import used
from services.context import UserExecutionContext, managed_user_context, validate_user_context
from services.errors import AuthenticationError
from services.ports.events import AgentWebSocketBridge
from services.sealed import Sealed
from services.tools.dispatcher import RequestScopedToolDispatcher
from services.tools.result import ToolExecutionResult, ToolResult

__all__ = [
    "AgentWebSocketBridge", "EnhancedToolDispatcher", "RequestScopedToolDispatcher", "ToolDispatcher",
    "ToolExecutionResult", "ToolExecutorFactory", "ToolResult", "UnifiedToolDispatcher",
    "UnifiedToolDispatcherFactory", "UserExecutionContext", "UserWebSocketEmitter",
    "create_agent_websocket_bridge", "create_request_scoped_tool_dispatcher", "create_tool_dispatcher",
    "create_user_emitter", "default_tool_dispatcher", "get_tool_dispatcher", "global_tool_dispatcher",
    "install", "managed_user_context", "request_scoped_tool_dispatcher_scope", "tool_dispatcher",
    "uninstall", "validate_user_context",
]  # fmt: skip
OLD_NAMES = tuple(name for name in __all__ if name not in {"install", "uninstall"})
"""What modules of old import lines may hold."""

FOR_REQUEST = "RequestScopedToolDispatcherFactory.create_for_request"
SCOPED = "RequestScopedToolDispatcherFactory.create_scoped"
ADMIN = "RequestScopedToolDispatcherFactory.create_admin"
FACTORY = f"{FOR_REQUEST} or {SCOPED}"
BRIDGE = "request.bridge of application.open_request"

Dispatcher = RequestScopedToolDispatcher
Scope = AbstractAsyncContextManager[RequestScopedToolDispatcher]
Tools = Sequence[object] | None


def install(application: FacedApplication, modules: Mapping[str, Iterable[str]] | None = None) -> None:
    """Let old names reach this application, and make ``modules`` resolve: path → old names, or
    ``"second=name"`` where a module called one differently.

    Raises ``WiringError`` when one is installed already, for a module that still exists and for a name that
    is no old name.
    """
    INSTALLATION.install(application, modules)


def uninstall() -> None:
    """Take everything back that ``install`` did; may be called twice."""
    INSTALLATION.uninstall()


class UnifiedToolDispatcher(metaclass=Sealed, made_by=FACTORY):
    """An old name of the dispatcher."""

    @staticmethod
    def create_for_user(
        user_context: UserExecutionContext,
        websocket_bridge: object = None,
        tools: Tools = None,
        enable_admin_tools: bool = False,
    ) -> Coroutine[Any, Any, Dispatcher]:
        """Await it. Raises ``AuthenticationError`` without a user, ``PermissionDenied`` for admin tools."""
        instead = ADMIN if enable_admin_tools else FOR_REQUEST
        application = used("UnifiedToolDispatcher.create_for_user", instead, user_context, websocket_bridge)
        factory, context = application.dispatcher_factory, _logged_in(user_context)
        create = factory.create_admin if enable_admin_tools else factory.create_for_request
        return create(context, tools)

    @staticmethod
    def create_scoped(
        user_context: UserExecutionContext, websocket_bridge: object = None, tools: Tools = None
    ) -> Scope:
        """Enter it. Raises ``AuthenticationError`` without a user."""
        application = used("UnifiedToolDispatcher.create_scoped", SCOPED, user_context, websocket_bridge)
        return application.dispatcher_factory.create_scoped(_logged_in(user_context), tools)


class UnifiedToolDispatcherFactory(metaclass=Sealed, made_by="RequestScopedToolDispatcherFactory"):
    """An old name of the factory."""

    @staticmethod
    def create_for_request(
        user_context: UserExecutionContext, websocket_manager: object = None, tools: Tools = None
    ) -> Dispatcher:
        """Return a dispatcher; raises ``ValueError`` without a context."""
        name = "UnifiedToolDispatcherFactory.create_for_request"
        application = used(name, FOR_REQUEST, user_context, websocket_manager)
        return application.dispatcher_factory.create_unopened(user_context, tools)

    @staticmethod
    def create_for_admin(
        user_context: UserExecutionContext,
        db: object,
        user: object,
        websocket_manager: object = None,
        permission_service: object = None,
    ) -> Dispatcher:
        """Return a dispatcher with the role ``admin``; raises ``PermissionDenied`` where nothing says so.

        The context's role, the user's record or ``permission_service.is_admin(user)`` may say so. Tools find
        ``db`` as the context's session.
        """
        name = "UnifiedToolDispatcherFactory.create_for_admin"
        application = used(name, ADMIN, user_context, websocket_manager)
        context = as_admin(_given(user_context, user), user, permission_service)
        with_session = context if db is None else context.with_db_session(db)
        return application.dispatcher_factory.create_unopened(with_session)


class ToolDispatcher(metaclass=Sealed, made_by=FACTORY):
    """An older name of the dispatcher."""

    @staticmethod
    def create_request_scoped_dispatcher(
        user_context: UserExecutionContext, tools: Tools = None, websocket_manager: object = None
    ) -> Dispatcher:
        """Return a dispatcher; raises ``ValueError`` without a context."""
        name = "ToolDispatcher.create_request_scoped_dispatcher"
        application = used(name, FOR_REQUEST, user_context, websocket_manager)
        return application.dispatcher_factory.create_unopened(user_context, tools)

    @staticmethod
    def create_scoped_dispatcher_context(
        user_context: UserExecutionContext, tools: Tools = None, websocket_manager: object = None
    ) -> Scope:
        """Enter it; raises ``ValueError`` then without a context."""
        name = "ToolDispatcher.create_scoped_dispatcher_context"
        application = used(name, SCOPED, user_context, websocket_manager)
        return application.dispatcher_factory.create_scoped(user_context, tools)


class ToolExecutorFactory(metaclass=Sealed, made_by="RequestScopedToolDispatcherFactory"):
    """An old name of the factory."""

    @staticmethod
    def create_request_scoped_dispatcher(
        user_context: UserExecutionContext, tools: Tools = None, websocket_manager: object = None
    ) -> Dispatcher:
        """Return a dispatcher; raises ``ValueError`` without a context."""
        name = "ToolExecutorFactory.create_request_scoped_dispatcher"
        application = used(name, FOR_REQUEST, user_context, websocket_manager)
        return application.dispatcher_factory.create_unopened(user_context, tools)

    @staticmethod
    def create_tool_executor(
        user_context: UserExecutionContext, tools: Tools = None, websocket_manager: object = None
    ) -> Dispatcher:
        """Return a dispatcher, which executes tools; raises ``ValueError`` without a context."""
        name = "ToolExecutorFactory.create_tool_executor"
        application = used(name, FOR_REQUEST, user_context, websocket_manager)
        return application.dispatcher_factory.create_unopened(user_context, tools)

    @staticmethod
    def create_scoped_dispatcher(
        user_context: UserExecutionContext, tools: Tools = None, websocket_manager: object = None
    ) -> Scope:
        """Enter it; raises ``ValueError`` then without a context."""
        name = "ToolExecutorFactory.create_scoped_dispatcher"
        application = used(name, SCOPED, user_context, websocket_manager)
        return application.dispatcher_factory.create_scoped(user_context, tools)

    @staticmethod
    def get_factory_metrics() -> dict[str, Any]:
        """Return the one factory's figures."""
        instead = "RequestScopedToolDispatcherFactory.get_factory_metrics"
        return used(
            "ToolExecutorFactory.get_factory_metrics", instead
        ).dispatcher_factory.get_factory_metrics()

    @staticmethod
    def validate_factory_health() -> dict[str, Any]:
        """Return the one factory's health."""
        instead = "RequestScopedToolDispatcherFactory.validate_factory_health"
        application = used("ToolExecutorFactory.validate_factory_health", instead)
        return application.dispatcher_factory.validate_factory_health()


def create_request_scoped_tool_dispatcher(
    user_context: UserExecutionContext, tools: Tools = None, websocket_emitter: object = None
) -> Coroutine[Any, Any, Dispatcher]:
    """Await it; raises ``ValueError`` then without a context."""
    application = used("create_request_scoped_tool_dispatcher", FOR_REQUEST, user_context, websocket_emitter)
    return application.dispatcher_factory.create_for_request(user_context, tools)


def request_scoped_tool_dispatcher_scope(
    user_context: UserExecutionContext, tools: Tools = None, websocket_emitter: object = None
) -> Scope:
    """Enter it; raises ``ValueError`` then without a context."""
    application = used("request_scoped_tool_dispatcher_scope", SCOPED, user_context, websocket_emitter)
    return application.dispatcher_factory.create_scoped(user_context, tools)


def create_agent_websocket_bridge(user_context: UserExecutionContext) -> AgentWebSocketBridge:
    """Return the bridge of a request of this context; raises ``ValueError`` without one."""
    application = used("create_agent_websocket_bridge", BRIDGE, user_context)
    return application.dispatcher_factory.create_unopened(user_context).websocket_bridge


def create_user_emitter(user_context: UserExecutionContext) -> UserWebSocketEmitter:
    """Return an emitter over the bridge of a request of this context; raises ``ValueError`` without one."""
    application = used("create_user_emitter", BRIDGE, user_context)
    bridge = application.dispatcher_factory.create_unopened(user_context).websocket_bridge
    return UserWebSocketEmitter(bridge, user_context.run_id)


# Each of these worked for everybody at once: there is no user to hand over.
EnhancedToolDispatcher = Retired("EnhancedToolDispatcher", FACTORY)
create_tool_dispatcher = Retired("create_tool_dispatcher", FACTORY)
default_tool_dispatcher = Retired("default_tool_dispatcher", FACTORY)
get_tool_dispatcher = Retired("get_tool_dispatcher", FACTORY)
global_tool_dispatcher = Retired("global_tool_dispatcher", FACTORY)
tool_dispatcher = Retired("tool_dispatcher", FACTORY)

# What old code asks with isinstance is answered as it was.
UnifiedToolDispatcher.register(RequestScopedToolDispatcher)
ToolDispatcher.register(RequestScopedToolDispatcher)


def _logged_in(context: UserExecutionContext) -> UserExecutionContext:
    if not isinstance(context, UserExecutionContext):
        raise AuthenticationError(f"a dispatcher needs the context of a user, not {type(context).__name__}")
    return context


def _given(context: UserExecutionContext, user: object) -> UserExecutionContext:
    if not isinstance(context, UserExecutionContext):
        raise ValueError(f"user_context must be a UserExecutionContext, not {type(context).__name__}")
    if user is None:
        raise ValueError("user must be the user's record: an admin dispatcher is for somebody in particular")
    return context
