"""What time it is somewhere, and what a time there is elsewhere; clock changes are said, not passed over."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import NotRequired, TypedDict

from adapters.toolkits.builtin.zones import Zone, Zones
from services.ports.clock import Clock
from services.sealed import Sealed
from services.tools.function import tool_from_function
from services.tools.tool import Tool, ToolFailed
from services.tools.toolkit import Toolkit

# Not strftime's %A and %B: those speak the machine's language.
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January February March April May June July August September October November December".split()  # noqa: SIM905 - one line
)
_WORDS = {"noon": "12:00", "midday": "12:00", "midnight": "00:00"}
_TIME = re.compile(
    r"(?:(?P<date>\d{4}-\d{2}-\d{2})(?:\s*,\s*|\s+|[Tt]))?"
    r"(?P<hour>\d{1,2})(?::?(?P<minute>\d{2})(?::?(?P<second>\d{2})(?:\.\d+)?)?)?"
    r"\s*(?P<half>[ap]\.?m\.?)?\s*(?P<offset>[Zz]|[+-]\d{2}:?\d{2})?",
    re.IGNORECASE,
)


class LocalTime(TypedDict):
    """A moment as clocks in one zone show it; ``time`` is ISO 8601 with offset."""

    zone: str
    time: str
    text: str
    note: NotRequired[str]


Conversion = TypedDict("Conversion", {"from": LocalTime, "to": LocalTime, "note": NotRequired[str]})


class TimeTools(Toolkit, metaclass=Sealed):
    """Tools over the clock that is handed in."""

    def __init__(self, clock: Clock) -> None:
        self._clock, self._zones = clock, Zones()

    def tools(self) -> Sequence[Tool]:
        """Return ``current_time`` and ``convert_time``."""
        return tool_from_function(self.current_time), tool_from_function(self.convert_time)

    def current_time(self, zone: str = "UTC") -> LocalTime:
        """Tell the current date, weekday and time of day, anywhere in the world.

        Args:
            zone: a city ("Tokyo"), a country with one time zone ("Germany"), an IANA name
                ("Europe/Berlin"), an abbreviation ("UTC") or an offset ("+05:30")
        """
        found = self._zones.find(zone)
        now = self._clock.now()
        shown = _shown(found, now)
        if remark := found.remark(now):
            shown["note"] = remark
        return shown

    def convert_time(self, time: str, from_zone: str, to_zone: str) -> Conversion:
        """Convert a time of day, or a date and time, from one time zone into another.

        Args:
            time: "15:30", "3:30 pm", "2026-11-21 15:30" or ISO 8601; without a date, today in from_zone
            from_zone: where that time is meant: a city, a country with one time zone, an IANA name
            to_zone: where the answer is wanted, named likewise
        """
        start, end = self._zones.find(from_zone), self._zones.find(to_zone)
        try:
            moment, note = self._moment(time, start)
            result: Conversion = {"from": _shown(start, moment), "to": _shown(end, moment)}
        except OverflowError:
            raise ToolFailed("the date is out of range: years go from 1 to 9999") from None
        if notes := [said for said in (note, start.remark(moment), end.remark(moment)) if said]:
            result["note"] = "; ".join(notes)
        return result

    def _moment(self, text: str, zone: Zone) -> tuple[datetime, str | None]:
        naive, offset = _read(text, self._clock.now().astimezone(zone.info))
        if offset is not None:
            return naive.replace(tzinfo=UTC) - offset, None
        first, second = naive.replace(tzinfo=zone.info), naive.replace(tzinfo=zone.info, fold=1)
        moment = first.astimezone(UTC)
        if first.utcoffset() == second.utcoffset():
            return moment, None
        said = f"{naive:%H:%M} %s in {zone.name} on that day, %s"
        if moment.astimezone(zone.info).replace(tzinfo=None) != naive:
            return moment, said % ("does not exist", "since clocks go forward over it")
        other = f"{second.astimezone(UTC):%H:%M} UTC"
        return moment, said % ("comes twice", f"the first was taken; the second is {other}")


def _read(text: str, today: datetime) -> tuple[datetime, timedelta | None]:
    """Return the time as written, and the offset from UTC where one was written."""
    match = _TIME.fullmatch(_WORDS.get(text.strip().casefold(), text.strip()))
    if match is None or not (match["minute"] or match["half"]):
        raise ToolFailed(f"{text[:60]!r} is not a time: write 15:30, 3:30 pm or 2026-11-21 15:30")
    try:
        day = datetime.fromisoformat(match["date"]).date() if match["date"] else today.date()
        clock = time(
            _hour(int(match["hour"]), match["half"]), int(match["minute"] or 0), int(match["second"] or 0)
        )
    except ValueError as error:
        raise ToolFailed(f"{text[:60]!r} is not a time: {error}") from None
    return datetime.combine(day, clock), _offset(match["offset"])


def _hour(hour: int, half: str | None) -> int:
    if half is None:
        return hour
    if not 1 <= hour <= 12:
        raise ValueError("with am or pm the hour goes from 1 to 12")
    return hour % 12 + (12 if half[0] in "pP" else 0)


def _offset(text: str | None) -> timedelta | None:
    if text is None or text in "zZ":
        return None if text is None else timedelta(0)
    ahead = timedelta(hours=int(text[1:3]), minutes=int(text[-2:]))
    return ahead if text[0] == "+" else -ahead


def _shown(zone: Zone, moment: datetime) -> LocalTime:
    local = moment.astimezone(zone.info)
    text = f"{_DAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1]} {local.year}, {local:%H:%M}"
    return {"zone": zone.name, "time": local.isoformat(timespec="seconds"), "text": text}
