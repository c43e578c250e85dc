"""The one factory: every dispatcher, for whichever door, comes out of ``build``, and ``build`` is called by
the container alone.
"""

import time
import uuid
from abc import abstractmethod
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from typing import Any, Protocol

from services.context import UserExecutionContext
from services.errors import PermissionDenied
from services.ports.events import AgentWebSocketBridge
from services.sealed import Sealed
from services.tools.admission import DispatcherAdmission
from services.tools.calls import RequestCalls
from services.tools.dispatcher import RequestScopedToolDispatcher
from services.tools.pipeline import ToolPipeline
from services.tools.policy import ADMIN
from services.tools.toolbox import Toolbox

FAILURES_TO_WORRY = 0.05
"""Share of failed creations from which health is degraded."""


class OpensDispatchers(Protocol):
    """What the container gives the factory, so that it can open scopes whose root is a dispatcher."""

    @abstractmethod
    def open(self, value: UserExecutionContext) -> AbstractAsyncContextManager[RequestScopedToolDispatcher]:
        """Return a scope."""

    @abstractmethod
    def build(self, value: UserExecutionContext) -> RequestScopedToolDispatcher:
        """Do only the synchronous step."""


class RequestScopedToolDispatcherFactory(metaclass=Sealed):
    """Dispatchers on request. Each method takes a user's context and refuses to work without one."""

    def __init__(
        self,
        make: Callable[..., RequestScopedToolDispatcher],
        pipeline: ToolPipeline,
        admission: DispatcherAdmission,
        opener: OpensDispatchers,
    ) -> None:
        self._make, self._pipeline, self._admission, self._opener = make, pipeline, admission, opener
        self.factory_id = f"factory_{uuid.uuid4().hex}"
        self._created_at, self._born = datetime.now(UTC), time.monotonic()
        self._created = self._failed = 0
        self._last: datetime | None = None

    def build(
        self,
        context: UserExecutionContext,
        bridge: AgentWebSocketBridge,
        toolbox: Toolbox,
        calls: RequestCalls,
    ) -> RequestScopedToolDispatcher:
        """Make the dispatcher of the scope that is being built; anywhere else raises ``WiringError``."""
        made = self._make(context, bridge, toolbox, calls, self._admission)
        self._created += 1
        self._last = datetime.now(UTC)
        return made

    async def create_for_request(
        self,
        user_context: UserExecutionContext,
        tools: Sequence[object] | None = None,
        websocket_bridge: object = None,
    ) -> RequestScopedToolDispatcher:
        """Return an open dispatcher that any task may ``cleanup``; forgotten, it is closed when room is
        needed.

        With ``tools`` it has those and no others. ``websocket_bridge`` is accepted from old callers and
        never used. Raises ``ValueError`` without a context, ``TooMuch`` when no place gets free in time.
        """
        dispatcher = self.create_unopened(user_context, tools)
        try:
            await dispatcher.open()
        except BaseException:
            self._failed += 1
            raise
        return dispatcher

    def create_unopened(
        self, user_context: UserExecutionContext, tools: Sequence[object] | None = None
    ) -> RequestScopedToolDispatcher:
        """Return a dispatcher that is admitted at its first await; for callers that cannot await."""
        dispatcher = self._opener.build(_required(user_context))
        try:
            if tools is not None:
                dispatcher.offer_only(tools)
        except ValueError:
            self._failed += 1
            raise
        return dispatcher

    @asynccontextmanager
    async def create_scoped(
        self,
        user_context: UserExecutionContext,
        tools: Sequence[object] | None = None,
        websocket_bridge: object = None,
    ) -> AsyncGenerator[RequestScopedToolDispatcher, None]:
        """Hold a dispatcher for the block; it is never closed before its end and always at its end."""
        async with self._opener.open(_required(user_context)) as dispatcher:
            if tools is not None:
                dispatcher.offer_only(tools)
            yield dispatcher

    async def create_admin(
        self,
        user_context: UserExecutionContext,
        tools: Sequence[object] | None = None,
        websocket_bridge: object = None,
    ) -> RequestScopedToolDispatcher:
        """Return a dispatcher for an administrator; raises ``PermissionDenied`` for anybody else.

        It can do nothing that the administrator's other dispatchers cannot: rights belong to the user and
        the tool.
        """
        if ADMIN not in _required(user_context).roles:
            self._failed += 1
            raise PermissionDenied("an admin dispatcher is for users with the role admin")
        return await self.create_for_request(user_context, tools)

    async def cleanup_user_dispatchers(self, user_id: str) -> int:
        """Close the user's idle dispatchers; return how many. Held and busy ones stay."""
        return await self._admission.close_idle(user_id)

    def get_factory_metrics(self) -> dict[str, Any]:
        """Return this factory's figures, as they are now."""
        tried = self._created + self._failed
        return {
            "factory_id": self.factory_id,
            "dispatchers_created": self._created,
            "failed_creations": self._failed,
            "active_instances": self._admission.live,
            "last_creation_time": self._last,
            "uptime_seconds": time.monotonic() - self._born,
            "success_rate": self._created / tried if tried else 1.0,
            "created_at": self._created_at,
        }

    def get_global_metrics(self) -> dict[str, Any]:
        """Return the figures of all dispatchers together."""
        totals = self._pipeline.totals
        return {
            "total_dispatchers_created": self._created,
            "active_dispatchers": self._admission.live,
            "active_dispatcher_users": self._admission.users,
            "peak_concurrent_dispatchers": self._admission.peak,
            "total_tools_executed": totals.tools_executed,
            "total_successful_executions": totals.successful_executions,
            "total_failed_executions": totals.failed_executions,
            "total_security_violations": totals.security_violations,
            "average_execution_time_ms": totals.average_ms,
            "websocket_events_sent": totals.websocket_events_sent,
        }

    def validate_factory_health(self) -> dict[str, Any]:
        """Return ``{"status","factory_id","errors","warnings",…}``; healthy, degraded or unhealthy is
        measured here.
        """
        errors, warnings = [], []
        if not self._pipeline.catalog.tools:
            errors.append("the catalog has no tools")
        if not self._pipeline.engine.entered:
            errors.append("the execution engine is not running")
        tried = self._created + self._failed
        if tried and self._failed / tried > FAILURES_TO_WORRY:
            warnings.append(f"{self._failed} of {tried} dispatchers could not be created")
        if overrunning := self._pipeline.engine.threads.overrunning:
            warnings.append(f"{overrunning} tool threads overran their time limit")
        status = "unhealthy" if errors else "degraded" if warnings else "healthy"
        return {
            "status": status,
            "factory_id": self.factory_id,
            "errors": errors,
            "warnings": warnings,
            "active_instances": self._admission.live,
            "busy_threads": self._pipeline.engine.threads.busy,
        }


def _required(context: UserExecutionContext) -> UserExecutionContext:
    if not isinstance(context, UserExecutionContext):
        raise ValueError(
            f"user_context must be a UserExecutionContext, not {type(context).__name__}: "
            "a dispatcher belongs to one user"
        )
    return context
