"""A request: what a scope gives to whoever opened it, and the only way to open one."""

from abc import abstractmethod
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol, Self

from services.agents.supervisor import Supervisor
from services.context import UserExecutionContext
from services.memory import MemoryService
from services.ports.dispatching import ToolDispatcher
from services.ports.events import AgentWebSocketBridge
from services.sealed import Sealed


class Request(metaclass=Sealed, made_by="open_request"):
    """The objects of one request, valid until its scope is left."""

    def __init__(
        self,
        context: UserExecutionContext,
        dispatcher: ToolDispatcher,
        supervisor: Supervisor,
        bridge: AgentWebSocketBridge,
        memory: MemoryService,
    ) -> None:
        self.context, self.dispatcher, self.supervisor, self.bridge = context, dispatcher, supervisor, bridge
        self._memory = memory
        self._token: Any = None

    async def __aenter__(self) -> Self:
        self._token = self._memory.scope_opened(self.context)
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._memory.scope_closed(self._token)


class OpensRequests(Protocol):
    """What the container gives, so that scopes can be opened without it."""

    @abstractmethod
    def open(
        self, value: UserExecutionContext, overrides: Mapping[Any, object] | None = None
    ) -> AbstractAsyncContextManager[Request]:
        """Return a scope."""


class OpenRequest(metaclass=Sealed):
    """The one door into a request scope; an application object that every entrance is given."""

    def __init__(self, opener: OpensRequests) -> None:
        self._opener = opener

    def __call__(
        self, context: UserExecutionContext, overrides: Mapping[Any, object] | None = None
    ) -> AbstractAsyncContextManager[Request]:
        """Return the scope of one request, to be entered once with ``async with``.

        On leaving, everything it opened is closed in reverse order, also when cancelled. ``overrides``
        substitutes request objects for this scope only, keyed by the container's providers; a frozen
        container refuses them with ``WiringError``.
        """
        return self._opener.open(context, overrides)
