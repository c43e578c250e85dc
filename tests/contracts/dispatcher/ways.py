"""Every way to come by a dispatcher: the container, the factory, and each old name.

A way is given an application, a context and tools, and holds an open dispatcher for a block. The old ones
are called from one line each, so that a test can say which line is theirs.
"""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from adapters import legacy
from containers.bootstrap import Application
from services.context import UserExecutionContext
from services.ports.dispatching import ToolDispatcher

Tools = Sequence[object] | None
Way = Callable[[Application, UserExecutionContext, Tools], AbstractAsyncContextManager[ToolDispatcher]]
RECORD = {"id": "ann", "roles": ["admin"]}


@asynccontextmanager
async def closed_at_the_end(dispatcher: ToolDispatcher) -> AsyncGenerator[ToolDispatcher, None]:
    try:
        yield dispatcher
    finally:
        await dispatcher.cleanup()


@asynccontextmanager
async def by_the_container(
    application: Application, context: UserExecutionContext, tools: Tools
) -> AsyncGenerator[ToolDispatcher, None]:
    async with application.open_request(context) as request:
        for tool in tools or ():
            request.dispatcher.register_tool(tool)
        yield request.dispatcher


def scoped_by_the_factory(application: Application, context: UserExecutionContext, tools: Tools) -> Any:
    return application.dispatcher_factory.create_scoped(context, tools)


def awaited(create: Callable[..., Any]) -> Way:
    @asynccontextmanager
    async def way(
        application: Application, context: UserExecutionContext, tools: Tools
    ) -> AsyncGenerator[ToolDispatcher, None]:
        async with closed_at_the_end(await create(application, context, tools)) as dispatcher:
            yield dispatcher

    return way


def plain(create: Callable[..., Any]) -> Way:
    @asynccontextmanager
    async def way(
        application: Application, context: UserExecutionContext, tools: Tools
    ) -> AsyncGenerator[ToolDispatcher, None]:
        async with closed_at_the_end(create(application, context, tools)) as dispatcher:
            yield dispatcher

    return way


def for_admin(_: Application, context: UserExecutionContext, tools: Tools) -> Any:
    dispatcher = legacy.UnifiedToolDispatcherFactory.create_for_admin(context, None, RECORD)
    for tool in tools or ():
        dispatcher.register_tool(tool)
    return dispatcher


NEW: dict[str, Way] = {
    "container": by_the_container,
    "factory": awaited(lambda app, c, t: app.dispatcher_factory.create_for_request(c, t)),
    "factory scoped": scoped_by_the_factory,
    "factory unopened": plain(lambda app, c, t: app.dispatcher_factory.create_unopened(c, t)),
}
_unified, _unified_factory = legacy.UnifiedToolDispatcher, legacy.UnifiedToolDispatcherFactory
_older, _executors = legacy.ToolDispatcher, legacy.ToolExecutorFactory
OLD: dict[str, Way] = {
    "UnifiedToolDispatcher.create_for_user": awaited(lambda _, c, t: _unified.create_for_user(c, tools=t)),
    "UnifiedToolDispatcher.create_scoped": lambda _, c, t: _unified.create_scoped(c, tools=t),
    "UnifiedToolDispatcherFactory.create_for_request": plain(
        lambda _, c, t: _unified_factory.create_for_request(c, tools=t)
    ),
    "UnifiedToolDispatcherFactory.create_for_request awaited": awaited(
        lambda _, c, t: _unified_factory.create_for_request(c, tools=t)
    ),
    "ToolDispatcher.create_request_scoped_dispatcher": plain(
        lambda _, c, t: _older.create_request_scoped_dispatcher(c, t)
    ),
    "ToolDispatcher.create_request_scoped_dispatcher awaited": awaited(
        lambda _, c, t: _older.create_request_scoped_dispatcher(c, t)
    ),
    "ToolDispatcher.create_scoped_dispatcher_context": (
        lambda _, c, t: _older.create_scoped_dispatcher_context(c, t)
    ),
    "create_request_scoped_tool_dispatcher": awaited(
        lambda _, c, t: legacy.create_request_scoped_tool_dispatcher(c, t)
    ),
    "request_scoped_tool_dispatcher_scope": (
        lambda _, c, t: legacy.request_scoped_tool_dispatcher_scope(c, t)
    ),
    "ToolExecutorFactory.create_request_scoped_dispatcher": plain(
        lambda _, c, t: _executors.create_request_scoped_dispatcher(c, t)
    ),
    "ToolExecutorFactory.create_tool_executor": awaited(
        lambda _, c, t: _executors.create_tool_executor(c, t)
    ),
    "ToolExecutorFactory.create_scoped_dispatcher": (
        lambda _, c, t: _executors.create_scoped_dispatcher(c, t)
    ),
}
ADMIN: dict[str, Way] = {
    "factory admin": awaited(lambda app, c, t: app.dispatcher_factory.create_admin(c, t)),
    "UnifiedToolDispatcher.create_for_user admin": awaited(
        lambda _, c, t: _unified.create_for_user(c, tools=t, enable_admin_tools=True)
    ),
    "UnifiedToolDispatcherFactory.create_for_admin": plain(for_admin),
}
"""Ways for administrators."""

EVERY: dict[str, Way] = {**NEW, **OLD, **ADMIN}
