"""A thousand overlapping scopes, each cancelled at a random moment: nothing is lost, doubled, reordered or
shared."""

import asyncio  # noqa: TID251 - a native cancellation exists there only
import random
from collections import defaultdict
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, Self

import anyio
import pytest
from dependency_injector import containers

from containers.kernel import Input, Opener, Scoped, Shared
from tests.containers.kernel.example import ORDER, Application, Context

SCOPES = 1000
KINDS = 4


class Ledger:
    """What happened to the objects of each scope, and how the scopes overlapped."""

    def __init__(self) -> None:
        self.entered: dict[int, list[object]] = defaultdict(list)
        self.begun: dict[int, list[object]] = defaultdict(list)
        self.done: dict[int, list[object]] = defaultdict(list)
        self.interleaved = 0
        self.last = -1

    def saw(self, scope: int) -> None:
        self.interleaved += scope != self.last
        self.last = scope


class Number:
    def __init__(self, value: int) -> None:
        self.value = value
        self.random = random.Random(value)

    async def pause(self) -> None:
        for _ in range(self.random.randrange(4)):
            await anyio.lowlevel.checkpoint()


class Piece:
    def __init__(self, number: Number, ledger: Ledger, *others: object) -> None:
        self.number, self.ledger, self.others = number, ledger, others

    async def __aenter__(self) -> Self:
        await self.number.pause()
        self.ledger.entered[self.number.value].append(self)
        self.ledger.saw(self.number.value)
        return self

    async def __aexit__(self, *exc: object) -> None:
        self.ledger.begun[self.number.value].append(self)
        await self.number.pause()
        self.ledger.done[self.number.value].append(self)


class First(Piece): ...


class Second(Piece): ...


class Third(Piece): ...


class Pieces(containers.DeclarativeContainer):
    ledger = Shared(Ledger)
    number = Input(Number)
    first = Scoped(First, number, ledger)
    second = Scoped(Second, number, ledger, first)
    third = Scoped(Third, number, ledger, first, second)
    open = Opener(third, number)


async def live(open_scope: Callable[[Number], object], index: int, leave: anyio.Event) -> None:
    number = Number(index)
    async with open_scope(number) as piece:  # type: ignore[attr-defined] # a scope
        assert piece.number is number
        await number.pause()
        if index % KINDS == 0:
            raise KeyError(index)
        if index % KINDS == 1:
            return
        await leave.wait()


async def cancelled_somewhere(open_scope: Callable[[Number], object], index: int, leave: anyio.Event) -> None:
    async with anyio.create_task_group() as group:
        if index % KINDS == 2:
            group.start_soon(cut, group.cancel_scope, random.Random(-index).randrange(30))
        with suppress(KeyError):
            await live(open_scope, index, leave)


async def cut(scope: anyio.CancelScope, turns: int) -> None:
    for _ in range(turns):
        await anyio.lowlevel.checkpoint()
    scope.cancel()


def check(ledger: Ledger) -> None:
    assert ledger.interleaved > SCOPES, "the scopes did not overlap, so the test proves nothing"
    for index, entered in ledger.entered.items():
        assert ledger.done[index] == entered[::-1], f"scope {index}"
        assert ledger.begun[index] == entered[::-1], f"scope {index}"
    objects = [id(piece) for entered in ledger.entered.values() for piece in entered]
    assert len(objects) == len(set(objects))
    lengths = {len(entered) for entered in ledger.entered.values()}
    assert lengths == {1, 2, 3}, "some scopes must have been cancelled while they opened"


async def overlap(run: Callable[..., Coroutine[Any, Any, None]]) -> Ledger:
    container, leave = Pieces(), anyio.Event()
    async with anyio.create_task_group() as group:
        for index in range(SCOPES):
            group.start_soon(run, container.open().open, index, leave)
        for _ in range(60):
            await anyio.lowlevel.checkpoint()
        leave.set()
    return container.ledger()


async def test_a_thousand_overlapping_scopes_close_each_object_once_in_reverse_order() -> None:
    check(await overlap(cancelled_somewhere))


@pytest.mark.parametrize("anyio_backend", ["asyncio"], indirect=True)
async def test_a_native_cancellation_of_the_body_closes_each_object_once_in_reverse_order() -> None:
    """Native means ``Task.cancel()``: it comes once, and no shield of anyio holds it."""

    async def natively(open_scope: Callable[[Number], object], index: int, leave: anyio.Event) -> None:
        task = asyncio.create_task(live(open_scope, index, leave))
        for _ in range(random.Random(-index).randrange(12)):
            await anyio.lowlevel.checkpoint()
        task.cancel()
        results = await asyncio.gather(task, return_exceptions=True)
        assert isinstance(results[0], KeyError | asyncio.CancelledError | None)

    ledger = await overlap(natively)
    for index, entered in ledger.entered.items():
        assert ledger.begun[index] == entered[::-1], f"scope {index}"


@pytest.mark.parametrize("anyio_backend", ["asyncio"], indirect=True)
async def test_a_native_cancellation_during_the_exit_interrupts_one_finalizer_and_goes_on() -> None:
    application, closing = Application(), anyio.Event()

    async def stuck() -> None:
        closing.set()
        await anyio.sleep_forever()

    async def body() -> None:
        async with application.open_request().open(Context()) as request:
            request.session.on_exit = stuck
            raise KeyError("a native cancellation goes before it")

    task = asyncio.create_task(body())
    await closing.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert application.journal().names()[1] == ORDER[::-1]
