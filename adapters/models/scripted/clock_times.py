"""Which words of a sentence tell a time of day, and a date beside it."""

import re
from dataclasses import dataclass

from adapters.models.scripted.text import word_list

_HOURS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
_HOUR = {word: hour for hour, word in enumerate(_HOURS, 1)}
_HALF_DAY = r"(?:a\.?\s?m\.?|p\.?\s?m\.?|in the (?:morning|afternoon|evening)|at night|o'clock)"
_TIME = re.compile(
    rf"\b(?P<hour>\d{{1,2}})(?:[:.h](?P<minute>[0-5]\d))(?:\s*(?P<half>{_HALF_DAY})(?!\w))?"
    rf"|\b(?P<hour2>\d{{1,2}}|{'|'.join(_HOURS)})\s*(?P<half2>{_HALF_DAY})(?!\w)(?:\s*(?P<half4>{_HALF_DAY})(?!\w))?"
    rf"|\b(?P<part>half past|quarter past|quarter to|(?:ten|twenty|five|\d+)(?: minutes)? (?:past|to))\s+"
    rf"(?P<hour3>\d{{1,2}}|{'|'.join(_HOURS)})\b(?:\s*(?P<half3>{_HALF_DAY})(?!\w))?"
    r"|\b(?P<word>noon|midday|midnight)\b"
    rf"|\bat\s+(?P<hour4>\d{{1,2}})\b(?![:.%]|\s*\d|\s*{_HALF_DAY})",
    re.IGNORECASE,
)
_MONTHS = word_list(
    """
    january february march april may june july august september october november december
    """
)
_DATE = re.compile(
    r"\b(?P<iso>\d{4}-\d{2}-\d{2})\b"
    r"|\b(?P<day>\d{1,2})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<month>[a-z]{3,9})\.?,?\s+(?P<year>\d{4})\b"
    r"|\b(?P<month2>[a-z]{3,9})\.?\s+(?P<day2>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<year2>\d{4})\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class TimeOfDay:
    """A time as ``HH:MM`` and where it stands."""

    value: str
    start: int
    end: int


def times(text: str) -> list[TimeOfDay]:
    """Return the times of day in a sentence."""
    return [time for match in _TIME.finditer(text) if (time := _time(match)) is not None]


def _time(match: re.Match[str]) -> TimeOfDay | None:
    if match["word"]:
        hour, minute = (0 if match["word"].lower() == "midnight" else 12), 0
    else:
        written = (match["hour"] or match["hour2"] or match["hour3"] or match["hour4"]).lower()
        hour, minute = _HOUR.get(written) or int(written), int(match["minute"] or 0)
        hour = _in_half(hour, match["half"] or match["half4"] or match["half2"] or match["half3"] or "")
        if match["part"]:
            hour, minute = _part(match["part"].lower(), hour)
    return TimeOfDay(f"{hour:02}:{minute:02}", match.start(), match.end()) if hour < 24 else None


def _in_half(hour: int, half: str) -> int:
    half = half.lower()
    if (half.startswith("a") and "night" not in half) or "morning" in half:
        return hour % 12 if hour <= 12 else hour
    if half.startswith("p") or "afternoon" in half or "evening" in half or "night" in half:
        return hour % 12 + 12 if hour <= 12 else hour
    return hour


def _part(part: str, hour: int) -> tuple[int, int]:
    first, *_ = part.split()
    minutes = {"half": 30, "quarter": 15, "ten": 10, "twenty": 20, "five": 5}.get(first) or int(first)
    return (hour, minutes) if part.endswith("past") else ((hour - 1) % 24, 60 - minutes)


def dates(text: str) -> list[str]:
    """Return the dates in a sentence as ``YYYY-MM-DD``."""
    found = []
    for match in _DATE.finditer(text):
        if match["iso"]:
            found.append(match["iso"])
        elif (month := _month(match["month"] or match["month2"])) is not None:
            found.append(
                f"{match['year'] or match['year2']}-{month:02}-{int(match['day'] or match['day2']):02}"
            )
    return found


def _month(name: str) -> int | None:
    return next(
        (
            n
            for n, month in enumerate(_MONTHS, 1)
            if month.startswith(name.lower()[:3]) and month.startswith(name.lower())
        ),
        None,
    )


MONTHS = _MONTHS
