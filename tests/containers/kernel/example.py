"""A small application that the kernel's tests open scopes of; it writes down what happens to its objects."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Protocol, Self

from dependency_injector import containers

from containers.kernel import Input, Later, Opener, Scope, Scoped, Shared, maker
from services.sealed import Sealed


class Context:
    def __init__(self, user: str = "ada") -> None:
        self.user = user


class Journal(metaclass=Sealed):
    """What was entered and left, in order, and which exception each finalizer saw."""

    def __init__(self) -> None:
        self.entered: list[object] = []
        self.left: list[object] = []
        self.seen: list[BaseException | None] = []

    def names(self) -> tuple[list[str], list[str]]:
        return [type(o).__name__ for o in self.entered], [type(o).__name__ for o in self.left]


class Recorded:
    """A managed object; tests replace ``on_enter`` and ``on_exit`` to make it fail or wait."""

    on_enter: Callable[[], Any] | None = None
    on_exit: Callable[[], Any] | None = None

    def __init__(self, context: Context, journal: Journal) -> None:
        self.context, self.journal = context, journal

    async def __aenter__(self) -> Self:
        if self.on_enter is not None:
            await self.on_enter()
        self.journal.entered.append(self)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        self.journal.left.append(self)
        self.journal.seen.append(error)
        return await self.on_exit() if self.on_exit is not None else None


class Bridge(ABC):
    @abstractmethod
    async def send(self, text: str) -> None: ...


class WireBridge(Recorded, Bridge, metaclass=Sealed):
    def __init__(self, context: Context, journal: Journal) -> None:
        super().__init__(context, journal)
        self.sent: list[str] = []

    async def send(self, text: str) -> None:
        self.sent.append(text)


class FakeBridge(Bridge):
    def __init__(self) -> None:
        self.sent: list[str] = []
        self.entered = self.left = 0

    async def send(self, text: str) -> None:
        self.sent.append(text)

    async def __aenter__(self) -> Self:
        self.entered += 1
        return self

    async def __aexit__(self, *exc: object) -> None:
        self.left += 1


class Session(Recorded, metaclass=Sealed):
    def __init__(self, context: Context, journal: Journal, bridge: Bridge) -> None:
        super().__init__(context, journal)
        self.bridge = bridge


class Dispatcher(ABC):
    @abstractmethod
    async def call(self, name: str) -> str: ...


class OneDispatcher(Recorded, Dispatcher, metaclass=Sealed, made_by="DispatcherFactory.create"):
    def __init__(self, context: Context, bridge: Bridge, journal: Journal) -> None:
        super().__init__(context, journal)
        self.bridge = bridge

    async def call(self, name: str) -> str:
        await self.bridge.send(name)
        return f"{self.context.user}:{name}"


class OpensDispatcher(Protocol):
    def open(self, value: Context) -> Scope[OneDispatcher]: ...

    def build(self, value: Context) -> OneDispatcher: ...


class DispatcherFactory(metaclass=Sealed):
    def __init__(self, make: Callable[..., OneDispatcher], journal: Journal) -> None:
        self._make, self._journal = make, journal
        self.made = 0
        self.opener: OpensDispatcher | None = None

    def build(self, context: Context, bridge: Bridge) -> OneDispatcher:
        self.made += 1
        return self._make(context, bridge, self._journal)


class Agent(metaclass=Sealed):
    def __init__(self, dispatcher: Dispatcher) -> None:
        self.dispatcher = dispatcher


class Assistant(Agent): ...


class Analyst(Agent): ...


class Agents(metaclass=Sealed):
    def __init__(self, later: Mapping[str, Callable[[], Agent]]) -> None:
        self.later = later


class Request(metaclass=Sealed):
    def __init__(
        self, context: Context, session: Session, dispatcher: Dispatcher, agents: Agents, bridge: Bridge
    ) -> None:
        self.context, self.session, self.dispatcher = context, session, dispatcher
        self.agents, self.bridge = agents, bridge


class Application(containers.DeclarativeContainer):
    journal = Shared(Journal)
    dispatcher_factory = Shared(DispatcherFactory, maker(OneDispatcher), journal)

    context = Input(Context)
    bridge = Scoped(WireBridge, context, journal)
    session = Scoped(Session, context, journal, bridge=bridge)
    dispatcher = Scoped(OneDispatcher, context, bridge, via=dispatcher_factory)
    assistant = Scoped(Assistant, dispatcher)
    analyst = Scoped(Analyst, dispatcher)
    agents = Scoped(Agents, Later(assistant=assistant, analyst=analyst))
    request = Scoped(Request, context, session, dispatcher, agents, bridge)

    open_request = Opener(request, context)
    open_quickly = Opener(request, context, grace=0.05)
    open_bridge = Opener(bridge, context)
    open_dispatcher = Opener(dispatcher, context)


ROLES = (Bridge, Dispatcher)
ORDER = ["WireBridge", "Session", "OneDispatcher"]
