from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.clock import SystemClock
from adapters.toolkits.builtin.places import ABBREVIATIONS, AMBIGUOUS, KEPT_IN, PLACES
from adapters.toolkits.builtin.time import TimeTools
from adapters.toolkits.builtin.zones import Zones
from services.tools import ToolFailed
from tests.adapters.toolkits.fakes import StillClock
from tests.build import build

zones = Zones()
tools = build(TimeTools, StillClock())
IANA = sorted(available_timezones() - {"Factory", "localtime"})


def zone_refusal(name: str) -> str:
    with pytest.raises(ToolFailed) as caught:
        zones.find(name)
    return str(caught.value)


@pytest.mark.parametrize("change", [str, str.lower, str.upper, lambda name: name.replace("_", " ")])
def test_every_iana_name_is_its_own_zone_however_it_is_written(change: Callable[[str], str]) -> None:
    assert [zones.find(change(name)).name for name in IANA] == IANA


@pytest.mark.parametrize(
    ("name", "zone"),
    [
        ("Tokyo", "Asia/Tokyo"),
        ("new york", "America/New_York"),
        ("San Francisco", "America/Los_Angeles"),
        ("Mumbai", "Asia/Kolkata"),
        ("Beijing", "Asia/Shanghai"),
        ("Germany", "Europe/Berlin"),
        ("France", "Europe/Paris"),
        ("india", "Asia/Kolkata"),
        ("São Paulo", "America/Sao_Paulo"),
        ("sao paulo", "America/Sao_Paulo"),
        ("Türkiye", "Europe/Istanbul"),
        ("Nicosia", "Asia/Nicosia"),
        ("Kazakhstan", "Asia/Almaty"),
        ("Paris, France", "Europe/Paris"),
        ("  UTC ", "UTC"),
        ("Pacific time", "America/Los_Angeles"),
        ("UK", "Europe/London"),
    ],
)
def test_cities_and_countries_with_one_time_are_found(name: str, zone: str) -> None:
    assert zones.find(name).name == zone


@pytest.mark.parametrize(
    ("name", "hours"),
    [
        ("PST", -8),
        ("CEST", 2),
        ("npt", 5.75),
        ("UTC+5:30", 5.5),
        ("gmt-3", -3),
        ("+02:00", 2),
        ("-0930", -9.5),
    ],
)
def test_abbreviations_and_offsets_are_taken_literally(name: str, hours: float) -> None:
    moment = datetime(2026, 7, 1, tzinfo=UTC)
    assert moment.astimezone(zones.find(name).info).utcoffset() == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("CST", "America/Chicago, Asia/Shanghai"),
        ("IST", "Asia/Kolkata, Europe/Dublin"),
        ("United States", "America/New_York"),
        ("Samoa", "Pacific/Apia"),
        ("Berlim", "Europe/Berlin"),
        ("Londn", "Europe/London"),
        ("London, Ontario", "there is no time zone"),
        ("nowhere at all", "a name such as Europe/Berlin"),
        ("", "there is no time zone"),
        ("UTC+99", "from -14:00 to +14:00"),
        ("../../etc/passwd", "there is no time zone"),
        ("localtime", "there is no time zone"),
        ("x" * 10_000, "there is no time zone"),
    ],
)
def test_an_ambiguous_or_unknown_zone_is_refused_with_what_would_do(name: str, words: str) -> None:
    assert words in zone_refusal(name)
    assert len(zone_refusal(name)) < 300


def test_the_tables_name_only_zones_that_exist() -> None:
    named = {*PLACES.values(), *KEPT_IN.values(), *(zone for zones in AMBIGUOUS.values() for zone in zones)}
    assert named <= available_timezones()
    assert not set(ABBREVIATIONS) & set(AMBIGUOUS)


def test_the_current_time_is_told_in_digits_and_in_words() -> None:
    assert tools.current_time("Tokyo") == {
        "zone": "Asia/Tokyo",
        "time": "2026-07-21T21:00:00+09:00",
        "text": "Tuesday 21 July 2026, 21:00",
    }
    assert tools.current_time()["zone"] == "UTC"


def test_a_fixed_abbreviation_is_remarked_on_when_its_region_has_moved_on() -> None:
    assert "America/Los_Angeles show 05:00" in tools.current_time("PST")["note"]
    assert "note" not in tools.current_time("PDT")


# Local times are meant, so these have no zone.
LOCAL_TIMES = st.datetimes(datetime(1971, 1, 1), datetime(2037, 1, 1))  # noqa: DTZ001


def converted(time: str, from_zone: str = "Berlin", to_zone: str = "UTC") -> tuple[str, str | None]:
    result = tools.convert_time(time, from_zone, to_zone)
    return result["to"]["time"], result.get("note")


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        ("15:30", "2026-07-21T13:30:00+00:00"),
        ("3:30 pm", "2026-07-21T13:30:00+00:00"),
        ("3pm", "2026-07-21T13:00:00+00:00"),
        ("3 P.M.", "2026-07-21T13:00:00+00:00"),
        ("12 am", "2026-07-20T22:00:00+00:00"),
        ("12 pm", "2026-07-21T10:00:00+00:00"),
        ("noon", "2026-07-21T10:00:00+00:00"),
        ("15:30:20", "2026-07-21T13:30:20+00:00"),
        ("2026-11-21 15:30", "2026-11-21T14:30:00+00:00"),
        ("2026-11-21 3:30 pm", "2026-11-21T14:30:00+00:00"),
        ("2026-11-21T15:30:00.5", "2026-11-21T14:30:00+00:00"),
        ("2026-11-21T15:30:00Z", "2026-11-21T15:30:00+00:00"),
        ("2026-11-21T15:30:00-05:00", "2026-11-21T20:30:00+00:00"),
    ],
)
def test_a_time_may_be_written_in_the_usual_ways(time: str, expected: str) -> None:
    assert converted(time) == (expected, None)


def test_without_a_date_it_is_today_where_the_time_is_meant() -> None:
    late = build(TimeTools, StillClock(datetime(2026, 7, 21, 23, 0, tzinfo=UTC)))
    assert late.convert_time("09:00", "Tokyo", "Tokyo")["from"]["text"] == "Wednesday 22 July 2026, 09:00"


@pytest.mark.parametrize(
    ("time", "words"),
    [
        ("25:00", "hour must be in 0..23"),
        ("13 pm", "from 1 to 12"),
        ("2026-02-30 10:00", "day is out of range"),
        ("15", "write 15:30"),
        ("2026-11-21", "write 15:30"),
        ("soon", "write 15:30"),
        ("", "write 15:30"),
        ("9999-12-31 23:59 -05:00", "years go from 1 to 9999"),
        ("0001-01-01 00:00", "years go from 1 to 9999"),
    ],
)
def test_a_wrong_time_is_refused_with_the_cure(time: str, words: str) -> None:
    with pytest.raises(ToolFailed, match=words):
        tools.convert_time(time, "Tokyo", "UTC")


def test_a_time_that_clocks_skip_is_moved_and_said() -> None:
    time, note = converted("2026-03-29 02:30")
    assert time == "2026-03-29T01:30:00+00:00"
    assert note is not None
    assert "02:30 does not exist in Europe/Berlin" in note


def test_a_time_that_comes_twice_is_the_first_and_the_second_is_named() -> None:
    time, note = converted("2026-10-25 02:30")
    assert time == "2026-10-25T00:30:00+00:00"
    assert note is not None
    assert "comes twice" in note
    assert "the second is 01:30 UTC" in note


@given(LOCAL_TIMES, st.sampled_from(IANA), st.sampled_from(IANA))
@settings(max_examples=200, deadline=None)
def test_every_conversion_equals_zoneinfo(naive: datetime, start: str, end: str) -> None:
    naive = naive.replace(microsecond=0)
    expected = naive.replace(tzinfo=ZoneInfo(start)).astimezone(UTC).astimezone(ZoneInfo(end))
    assert tools.convert_time(naive.isoformat(" "), start, end)["to"]["time"] == expected.isoformat()


def test_the_tools_are_offered_with_their_parameters_explained() -> None:
    current, convert = tools.tools()
    assert (current.name, convert.name) == ("current_time", "convert_time")
    assert "required" not in current.parameters
    assert all("description" in field for field in convert.parameters["properties"].values())


def test_the_machines_clock_is_in_utc_and_never_goes_back() -> None:
    clock = build(SystemClock)
    assert clock.now().tzinfo is UTC
    assert clock.monotonic() <= clock.monotonic()
