"""Housekeeping: a few at a time, and what cannot be done now is left for later."""

import anyio
import pytest
from structlog.testing import capture_logs

from services import housekeeping as module
from services.errors import Unavailable
from services.housekeeping import BATCH, Housekeeping
from services.ports.trimming import Trimmed
from tests.build import build


class Heap(Trimmed):
    """So many things whose time is over."""

    def __init__(self, many: int, *, away: bool = False) -> None:
        self.many, self.away = many, away
        self.asked: list[int] = []

    async def trim(self, most: int) -> int:
        self.asked.append(most)
        if self.away:
            raise Unavailable("away")
        gone = min(most, self.many)
        self.many -= gone
        return gone


async def test_all_goes_in_small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BREATH_S", 0)
    heap = Heap(BATCH * 2 + 1)
    assert await build(Housekeeping, {"heap": heap}).sweep() == {"heap": BATCH * 2 + 1}
    assert heap.asked == [BATCH] * 3


async def test_one_that_cannot_be_swept_now_keeps_no_other_from_it() -> None:
    heap = Heap(1)
    with capture_logs() as logs:
        swept = await build(Housekeeping, {"away": Heap(1, away=True), "heap": heap}).sweep()
    assert swept == {"heap": 1}
    assert [line["what"] for line in logs if line["event"] == "not_swept"] == ["away"]


async def test_entered_it_sweeps_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "EVERY_S", 0.005)
    heap = Heap(0)
    async with build(Housekeeping, {"heap": heap}):
        with anyio.fail_after(10):
            while len(heap.asked) < 3:
                await anyio.sleep(0.005)
