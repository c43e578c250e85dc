"""Counting old names: nothing is lost while the store is away, and nobody waits for it."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import anyio
import anyio.lowlevel
import pytest
from structlog.testing import capture_logs

from services import old_uses as module
from services.errors import Unavailable
from services.old_uses import OldUses
from services.ports.old_uses import CallSite, OldUse, OldUseStore, UseCount
from tests.build import build

ONE, OTHER = CallSite("old", "a.py", 1, "f"), CallSite("old", "a.py", 2, "f")


class Kept(OldUseStore):
    """Keeps what is added; ``away`` makes it out of reach, ``stuck`` makes writing wait."""

    def __init__(self) -> None:
        self.kept: dict[CallSite, UseCount] = {}
        self.away = False
        self.added = 0
        self.stuck: anyio.Event | None = None

    async def add(self, counts: Mapping[CallSite, UseCount]) -> None:
        self.added += 1
        await anyio.lowlevel.checkpoint()
        if self.stuck is not None:
            await self.stuck.wait()
        if self.away:
            raise Unavailable("away")
        for site, (uses, refused) in counts.items():
            before = self.kept.get(site, UseCount(0, 0))
            self.kept[site] = UseCount(before.uses + uses, before.refused + refused)

    async def uses(self, since: datetime | None = None) -> Sequence[OldUse]:
        raise NotImplementedError


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Kept:
    monkeypatch.setattr(module, "EVERY_S", 0.01)
    return Kept()


async def test_only_the_first_use_of_a_site_is_the_first(store: Kept) -> None:
    uses = build(OldUses, store)
    assert [uses.count(ONE), uses.count(ONE), uses.count(OTHER, refused=True)] == [True, False, True]
    await uses.store()
    assert uses.count(ONE) is False
    assert store.kept == {ONE: UseCount(2, 0), OTHER: UseCount(1, 1)}


async def test_counts_are_stored_beside_the_work_and_at_the_end(store: Kept) -> None:
    async with build(OldUses, store) as uses:
        uses.count(ONE)
        with anyio.fail_after(10):
            while ONE not in store.kept:
                await anyio.sleep(0.005)
        store.stuck = anyio.Event()
        uses.count(ONE)
        with anyio.fail_after(10):
            while store.added < 2:
                await anyio.sleep(0.005)
        store.stuck = None  # the write under way is cut off, and its counts are taken back
        uses.count(ONE)
    assert store.kept == {ONE: UseCount(3, 0)}


async def test_nothing_is_lost_while_the_store_is_away(store: Kept) -> None:
    store.away = True
    with capture_logs() as logs:
        async with build(OldUses, store) as uses:
            uses.count(ONE, refused=True)
            with anyio.fail_after(10):
                while store.added < 2:
                    await anyio.sleep(0.005)
            with pytest.raises(Unavailable):
                await uses.store()
            uses.count(ONE)
            store.away = False
    assert store.kept == {ONE: UseCount(2, 1)}
    assert {line["event"] for line in logs} == {"old_uses_not_stored"}


async def test_the_last_counts_are_stored_also_when_everything_is_cancelled(store: Kept) -> None:
    uses = build(OldUses, store)
    uses.count(ONE)
    with anyio.CancelScope() as scope:
        scope.cancel()
        await uses.finish()
    assert store.kept == {ONE: UseCount(1, 0)}


async def test_a_store_that_is_silent_at_the_end_is_not_waited_for(
    store: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LAST_S", 0.01)
    store.stuck = anyio.Event()
    uses = build(OldUses, store)
    uses.count(ONE)
    with capture_logs() as logs, anyio.fail_after(10):
        await uses.finish()
    assert [line["event"] for line in logs] == ["old_uses_lost"]


async def test_storing_waits_for_what_is_being_stored(store: Kept) -> None:
    uses = build(OldUses, store)
    uses.count(ONE)
    store.stuck = going_on = anyio.Event()

    async def second() -> None:
        await uses.store()
        assert store.kept == {ONE: UseCount(1, 0)}

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(uses.store)
        await anyio.wait_all_tasks_blocked()
        tasks.start_soon(second)
        await anyio.wait_all_tasks_blocked()
        going_on.set()


async def test_what_is_lost_at_the_end_is_said(store: Kept) -> None:
    store.away = True
    with capture_logs() as logs:
        async with build(OldUses, store) as uses:
            uses.count(ONE)
    assert logs[-1] == {"event": "old_uses_lost", "call_sites": 1, "log_level": "warning"}
    assert store.added > 0


async def test_without_uses_nothing_is_written(store: Kept) -> None:
    async with build(OldUses, store):
        await anyio.wait_all_tasks_blocked()
    assert store.added == 0
