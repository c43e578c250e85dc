"""Tools that never return, block, raise what nobody expects, or return what cannot be sent: each ends once,
and others go on.
"""

import gc
import time
from pathlib import Path
from typing import Any

import anyio
import pytest

from services.tools.bounding import ResultBounds
from tests.grammar_reading import faults

RELEASED: list[bool] = []
KEPT: list[Any] = []  # a coroutine that refuses to be closed would complain when it is collected


async def never_returns() -> None:
    """Wait for ever."""
    await anyio.sleep_forever()


async def swallows_every_cancellation() -> None:
    """Refuse to end."""
    while True:
        try:
            await anyio.sleep(3600)
        except BaseException:  # noqa: BLE001 - that is its malice
            continue


async def hides_behind_a_shield() -> None:
    """Refuse to be cancelled."""
    with anyio.CancelScope(shield=True):
        await anyio.sleep(3600)


async def never_ends_its_children() -> None:
    """Own a task group."""
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(anyio.sleep_forever)


def blocks_its_thread() -> None:
    """Block."""
    while not RELEASED:
        time.sleep(0.005)


async def raises_system_exit() -> None:
    """Exit."""
    raise SystemExit(3)


async def raises_keyboard_interrupt() -> None:
    """Interrupt."""
    raise KeyboardInterrupt


def raises_in_its_thread() -> None:
    """Exit."""
    raise SystemExit(4)


async def raises_a_cancellation_of_its_own() -> None:
    """Pretend."""
    raise anyio.get_cancelled_exc_class()


async def raises_generator_exit() -> None:
    """Pretend."""
    raise GeneratorExit


async def returns_itself() -> list[Any]:
    """Cycle."""
    result: list[Any] = []
    result.append(result)
    return result


async def returns_an_object() -> object:
    """No JSON."""
    return object()


async def returns_deep_lists() -> list[Any]:
    """Deep."""
    result: list[Any] = []
    for _ in range(10_000):
        result = [result]
    return result


async def returns_lone_surrogates() -> str:
    """Not text."""
    return "\ud800"


async def returns_a_generator() -> Any:
    """Endless."""
    return (n for n in iter(int, 1) if n)


HOSTILE = {
    never_returns: "timeout",
    swallows_every_cancellation: "timeout",
    hides_behind_a_shield: "timeout",
    never_ends_its_children: "timeout",
    blocks_its_thread: "timeout",
    raises_system_exit: "tool_failed",
    raises_keyboard_interrupt: "tool_failed",
    raises_in_its_thread: "tool_failed",
    raises_a_cancellation_of_its_own: "tool_failed",
    raises_generator_exit: "tool_failed",
    returns_itself: "tool_failed",
    returns_an_object: "tool_failed",
    returns_deep_lists: "tool_failed",
    returns_lone_surrogates: "tool_failed",
}


async def echo(text: str) -> str:
    """Say it again."""
    return text


@pytest.fixture(autouse=True)
def threads_end():
    RELEASED.clear()
    yield
    RELEASED.append(True)


@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda tool: tool.__name__)
async def test_it_ends_in_one_terminal_event_and_another_user_is_served(assembled, hostile):
    # Short only for those who have to run into it: a busy machine takes its time with the others.
    bench = await assembled(hostile, echo, timeout=0.1 if HOSTILE[hostile] == "timeout" else 30)
    dispatcher = bench.dispatcher()
    result = await dispatcher.execute_tool(hostile.__name__)
    KEPT.extend(bench.engine.left_behind)
    assert (result.success, result.error.code) == (False, HOSTILE[hostile])
    events = await bench.events()
    assert [e["type"] for e in events] == ["tool_executing", "tool_completed"]
    assert faults(events, ended=False) == []
    other = bench.dispatcher("user-2", "run-2")
    answers = [(await other.execute_tool("echo", {"text": str(n)})).result for n in range(20)]
    assert answers == [str(n) for n in range(20)]
    assert bench.limits.active == 0
    assert bench.threads.busy == bench.threads.overrunning == (hostile is blocks_its_thread)


async def test_a_result_of_100_megabytes_leaves_no_memory_behind(assembled):
    async def huge() -> str:
        """Return too much."""
        return "x" * 100_000_000

    bench = await assembled(huge, results=ResultBounds(65_536, 1_000_000))
    await bench.dispatcher().execute_tool("huge")
    gc.collect()
    before = resident()
    result = await bench.dispatcher(run="run-2").execute_tool("huge")
    gc.collect()
    assert (result.error.code, len(result.result)) == ("result_too_large", 65_536)
    assert resident() - before < 50_000_000


async def test_what_a_tool_changes_after_it_returned_changes_nothing(assembled):
    kept: list[Any] = []

    async def keeps(items: list[int]) -> list[int]:
        """Keep the result."""
        kept.append(items)
        return items

    bench = await assembled(keeps)
    given = [1, 2]
    result = await bench.dispatcher().execute_tool("keeps", {"items": given})
    kept[0].append(3)
    assert result.result == [1, 2] == given
    assert bench.kept.records[result.call_id].result == [1, 2]


async def test_the_tool_that_has_the_loop_is_known_by_name(assembled):
    seen = []

    async def looks() -> None:
        """Look at the board."""
        seen.append(bench.engine.running_tool)
        await anyio.lowlevel.checkpoint()
        seen.append(bench.engine.running_tool)

    bench = await assembled(looks)
    await bench.dispatcher().execute_tool("looks")
    assert seen == ["looks", "looks"]
    assert bench.engine.running_tool is None


def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096
