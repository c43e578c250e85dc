"""Scopes leave nothing behind: traced memory does not grow from scope 10,000 to scope 100,000."""

import gc
import tracemalloc
from collections.abc import Iterator

import pytest

from benchmarks.scope import left_behind, of_a_live_scope, open_and_close, traced_now

ALLOWED = 64 * 1024


@pytest.fixture
def traced() -> Iterator[None]:
    tracemalloc.start()
    yield
    tracemalloc.stop()


@pytest.mark.timeout(180)
@pytest.mark.usefixtures("traced")
@pytest.mark.parametrize("anyio_backend", ["asyncio"], indirect=True)
async def test_ninety_thousand_scopes_leave_less_than_64_kib() -> None:
    assert await left_behind() < ALLOWED


@pytest.mark.usefixtures("traced")
async def test_a_closed_scope_needs_no_garbage_collector() -> None:
    await open_and_close(200)
    before = await traced_now()
    gc.disable()
    try:
        await open_and_close(2000)
        assert tracemalloc.get_traced_memory()[0] - before < ALLOWED
    finally:
        gc.enable()


@pytest.mark.usefixtures("traced")
async def test_a_live_scope_of_seven_objects_takes_at_most_4_kib() -> None:
    taken = await of_a_live_scope()
    assert 7 * 48 < taken <= 4096, "less than seven empty objects means that something else was measured"
