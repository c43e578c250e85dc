"""Callers share work: in their order, within bounds, each with its own answer."""

from collections.abc import Sequence

import anyio
import pytest

from adapters.event_log.gathering import Gathering
from services.errors import Unavailable


class Work:
    """Doubles numbers, refuses odd ones, and waits at a gate."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.gate = anyio.Event()

    async def do(self, numbers: Sequence[int]) -> Sequence[int | Exception]:
        self.batches.append([*numbers])
        await self.gate.wait()
        return [ValueError(str(n)) if n % 2 else 2 * n for n in numbers]


async def test_what_gathers_while_one_batch_is_done_goes_together() -> None:
    work, answers = Work(), dict[int, int]()
    gathering: Gathering[int, int] = Gathering(work.do, most=3)

    async def ask(number: int) -> None:
        answers[number] = await gathering.ask(number)

    async with anyio.create_task_group() as tasks:
        gathering.start(tasks)
        for number in range(0, 16, 2):
            tasks.start_soon(ask, number)
            await anyio.wait_all_tasks_blocked()
        assert work.batches == [[0]]
        work.gate.set()
        await anyio.wait_all_tasks_blocked()
        assert work.batches == [[0], [2, 4, 6], [8, 10, 12], [14]]
        assert answers == {n: 2 * n for n in range(0, 16, 2)}
        with pytest.raises(ValueError, match="7"):
            await gathering.ask(7)
        await gathering.close()


async def test_no_more_may_wait_than_the_bounds_say_and_room_is_used_again() -> None:
    work = Work()
    gathering: Gathering[int, int] = Gathering(work.do, waiting=3, bound=100)
    async with anyio.create_task_group() as tasks:
        with pytest.raises(Unavailable, match="closed"):
            await gathering.ask(2)
        gathering.start(tasks)
        tasks.start_soon(gathering.ask, 2, 60)
        await anyio.wait_all_tasks_blocked()
        with pytest.raises(Unavailable, match="Too much"):
            await gathering.ask(4, 60)
        tasks.start_soon(gathering.ask, 4)
        tasks.start_soon(gathering.ask, 6)
        await anyio.wait_all_tasks_blocked()
        with pytest.raises(Unavailable, match="Too much"):
            await gathering.ask(8)
        work.gate.set()
        await anyio.wait_all_tasks_blocked()
        assert await gathering.ask(8, 60) == 16
        await gathering.close()


async def test_who_leaves_takes_nothing_from_the_others_and_closing_answers_all() -> None:
    work, answers = Work(), list[int]()
    gathering: Gathering[int, int] = Gathering(work.do)

    async def ask(number: int) -> None:
        answers.append(await gathering.ask(number))

    async with anyio.create_task_group() as tasks:
        gathering.start(tasks)
        with anyio.move_on_after(0):
            await gathering.ask(2)
        for number in (4, 6):
            tasks.start_soon(ask, number)
        await anyio.wait_all_tasks_blocked()
        tasks.start_soon(gathering.close)
        await anyio.wait_all_tasks_blocked()
        with pytest.raises(Unavailable, match="closed"):
            await gathering.ask(8)
        work.gate.set()
    assert answers == [8, 12]
    assert work.batches == [[2], [4, 6]] or work.batches == [[2, 4, 6]]
    await gathering.rest()
