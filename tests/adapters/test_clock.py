"""The machine's clock, and the text that events carry."""

from datetime import UTC, datetime

import pytest

from adapters.clock import SystemClock
from tests.build import build
from tests.fakes import FakeClock


@pytest.mark.parametrize(
    ("nanoseconds", "text"),
    [
        (0, "1970-01-01T00:00:00.000000+00:00"),
        (1_999_999_999, "1970-01-01T00:00:01.999999+00:00"),
        (951_782_400_000_001_000, "2000-02-29T00:00:00.000001+00:00"),
    ],
)
def test_a_timestamp_has_microseconds_always(
    monkeypatch: pytest.MonkeyPatch, nanoseconds: int, text: str
) -> None:
    monkeypatch.setattr("adapters.clock.time.time_ns", lambda: nanoseconds)
    assert build(SystemClock).timestamp() == text


def test_a_timestamp_is_the_present_one_also_when_the_second_has_changed_or_the_clock_was_set_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock, told = build(SystemClock), list[str]()
    for tenths in (10, 19, 20, 29, 15):
        monkeypatch.setattr("adapters.clock.time.time_ns", lambda tenths=tenths: tenths * 100_000_000)
        told.append(clock.timestamp()[17:21])
    assert told == ["01.0", "01.9", "02.0", "02.9", "01.5"]


def test_timestamp_and_moment_agree() -> None:
    clock = build(SystemClock)
    before = datetime.now(UTC).replace(microsecond=0)
    assert before <= datetime.fromisoformat(clock.timestamp()) <= datetime.now(UTC)
    fake = FakeClock()
    assert fake.timestamp() == fake.now().isoformat()
