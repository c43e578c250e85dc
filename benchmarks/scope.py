"""A request scope beside hand-written code with the same promises.

Seven objects, three of them managed, are opened and closed. The floor is an ``AsyncExitStack`` inside a
cancel scope that becomes a shield with a deadline at exit, and that also cleans up when an enter fails.
Beside the time: what one open scope takes, and what 90,000 closed ones leave behind.
"""

import gc
import tracemalloc
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

import anyio
from dependency_injector import containers

from benchmarks.measuring import Side, against, measured, report
from containers.kernel import Input, Opener, Scoped, Shared
from services.sealed import Sealed


class Context:
    def __init__(self, user: str) -> None:
        self.user = user


class Log:
    pass


class Managed:
    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        pass


class Bridge(Managed):
    def __init__(self, context: Context, log: Log) -> None:
        self.context, self.log = context, log


class Dispatcher(Managed):
    def __init__(self, context: Context, bridge: Bridge, log: Log) -> None:
        self.context, self.bridge, self.log = context, bridge, log


class Session(Managed):
    def __init__(self, context: Context) -> None:
        self.context = context


class Notes:
    def __init__(self, context: Context, session: Session) -> None:
        self.context, self.session = context, session


class Agent:
    def __init__(self, dispatcher: Dispatcher, notes: Notes) -> None:
        self.dispatcher, self.notes = dispatcher, notes


class Request:
    def __init__(self, context: Context, agent: Agent, dispatcher: Dispatcher, bridge: Bridge) -> None:
        self.context, self.agent, self.dispatcher, self.bridge = context, agent, dispatcher, bridge


class SealedBridge(Bridge, metaclass=Sealed): ...


class SealedDispatcher(Dispatcher, metaclass=Sealed): ...


class SealedSession(Session, metaclass=Sealed): ...


class SealedNotes(Notes, metaclass=Sealed): ...


class SealedAgent(Agent, metaclass=Sealed): ...


class SealedRequest(Request, metaclass=Sealed): ...


class Graph(containers.DeclarativeContainer):
    log = Shared(Log)
    context = Input(Context)
    bridge = Scoped(SealedBridge, context, log)
    dispatcher = Scoped(SealedDispatcher, context, bridge, log)
    session = Scoped(SealedSession, context)
    notes = Scoped(SealedNotes, context, session)
    agent = Scoped(SealedAgent, dispatcher, notes)
    request = Scoped(SealedRequest, context, agent, dispatcher, bridge)
    open_request = Opener(request, context)


class Floor:
    """The same by hand."""

    def __init__(self, context: Context, log: Log) -> None:
        self._context, self._log = context, log
        self._stack, self._guard = AsyncExitStack(), anyio.CancelScope()

    async def __aenter__(self) -> Request:
        context, log = self._context, self._log
        bridge = Bridge(context, log)
        dispatcher = Dispatcher(context, bridge, log)
        session = Session(context)
        notes = Notes(context, session)
        request = Request(context, Agent(dispatcher, notes), dispatcher, bridge)
        self._stack.enter_context(self._guard)
        try:
            for managed in (bridge, dispatcher, session):
                await self._stack.enter_async_context(managed)
        except BaseException as error:
            await self.__aexit__(type(error), error, error.__traceback__)
            raise
        return request

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._guard.deadline = anyio.current_time() + 10
        self._guard.shield = True
        await self._stack.__aexit__(kind, error, trace)


Open = Callable[[Context], AbstractAsyncContextManager[Request, bool | None]]


def opened_and_closed(open_scope: Open) -> Side:
    """Return the work that is timed."""

    async def side(times: int) -> None:
        for _ in range(times):
            async with open_scope(Context("ada")):
                pass

    return side


async def open_and_close(times: int) -> None:
    door = Graph().open_request()
    for _ in range(times):
        async with door.open(Context("ada")):
            pass
        await anyio.lowlevel.checkpoint()


async def traced_now() -> int:
    """Traced memory, once the loop has had turns to drop its handles."""
    for _ in range(3):
        await anyio.lowlevel.checkpoint()
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


async def left_behind(warm: int = 10_000, many: int = 100_000) -> int:
    """Bytes by which traced memory grows from one number of scopes to another."""
    await open_and_close(warm)
    before = await traced_now()
    await open_and_close(many - warm)
    return await traced_now() - before


async def of_a_live_scope(count: int = 500) -> float:
    """Bytes that one open scope takes, its seven objects included, its task not."""
    door, leave = Graph().open_request(), anyio.Event()

    async def bare() -> None:
        await leave.wait()

    async def hold() -> None:
        async with door.open(Context("ada")):
            await leave.wait()

    taken = []
    for kind in (bare, hold, bare, hold):  # the first of each pays for what the loop makes once
        leave = anyio.Event()
        before = await traced_now()
        async with anyio.create_task_group() as group:
            for _ in range(count):
                group.start_soon(kind)
            await anyio.wait_all_tasks_blocked()
            taken.append(await traced_now() - before)
            leave.set()
    return (taken[3] - taken[2]) / count


async def main(file: Path | None) -> None:
    """Measure and report."""
    log, container = Log(), Graph()
    sides = {
        "floor": opened_and_closed(lambda context: Floor(context, log)),
        "soledoor": opened_and_closed(container.open_request().open),
    }
    figures = await measured(sides, rounds=61)
    tracemalloc.start()
    live, left = await of_a_live_scope(), await left_behind()
    tracemalloc.stop()
    notes = [
        against("against the floor", figures["soledoor"].median / figures["floor"].median, 2.0),
        against("bytes of a live scope", live, 4096, "B"),
        against("traced bytes from scope 10,000 to 100,000", left, 65_536, "B"),
    ]
    report("open and close a request scope", figures, notes, file)
