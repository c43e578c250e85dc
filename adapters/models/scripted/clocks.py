"""Questions about time: which sentences ask for it, for which places, and how the answer is told."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from adapters.models.scripted.clock_times import TimeOfDay, dates, times
from adapters.models.scripted.conversation import Call
from adapters.models.scripted.places import Place, places
from adapters.models.scripted.roles import Toolbox
from adapters.models.scripted.steps import Ask, Step
from adapters.models.scripted.text import capital
from adapters.models.scripted.tools import Parameter, ToolView

ABOUT_TIME = re.compile(
    r"\b(?:time|times|clock|clocks|o'clock|hour is it|hours?|date|what day|day is it|today|"
    r"timezones?|noon|midnight|midday|"
    r"late is it|early is it|local|right now|\d{1,2}:\d\d|\d{1,2}\s?[ap]\.?m\b)",
    re.IGNORECASE,
)
_NOW = re.compile(
    r"\b(?:what(?:'s| is)?\s+(?:the\s+)?(?:current\s+|local\s+|exact\s+)*(?:time|date|hour|day)|"
    r"what time|time is it|current(?: local)? (?:time|date)|"
    r"time (?:now|right now|is it)|(?:date|day) (?:is it|today)|today's date|the (?:local "
    r")?time\b|hour is it|local time|"
    r"(?:clocks? (?:say|show|read))|how late is it|how early is it|time (?:in|at|for)\b|date "
    r"(?:in|at)\b)|^\s*time\b",
    re.IGNORECASE,
)
_NOT_CLOCK = re.compile(
    r"\b(?:how many times|times? (?:larger|bigger|more|as)|(?:average|mean|total|median|longest|"
    r"shortest|delivery|response|"
    r"maximum|minimum|max|min) \w* ?times?\b|how long|how much time)\b",
    re.IGNORECASE,
)
_AHEAD = re.compile(r"\b(?:ahead|behind)\b", re.IGNORECASE)
_DIFFERENCE = re.compile(
    (
        r"\b(?:time|hours?)\b.*\b(?:difference|ahead|behind|apart|between)\b|\bdifference in time\b|"
        r"\b(?:ahead|behind)\b"
    ),
    re.IGNORECASE,
)

_ASKS = re.compile(
    r"\?|^(?:what|when|how|convert|tell|give|can|could|please|is|translate|change)\b", re.IGNORECASE
)


def clock_steps(clause: str, box: Toolbox) -> list[Step]:
    """Return what a question about time needs, or nothing when the clause is none."""
    if not (ABOUT_TIME.search(clause) or _AHEAD.search(clause)) or _NOT_CLOCK.search(clause):
        return []
    where, when = places(clause), times(clause)
    if when and where and box.time_converter is not None:
        asked = len(where) > 1 or _ASKS.search(clause)  # "my call is at 10:45 in Lisbon" asks nothing yet
        return _converted(clause, when[0], where, box.time_converter) if asked else []
    return _now_steps(clause, where, bool(when), box) if box.clock is not None else []


def _now_steps(clause: str, where: list[Place], timed: bool, box: Toolbox) -> list[Step]:
    assert box.clock is not None
    if len(where) > 1 and _DIFFERENCE.search(clause):
        return [_difference(where[0], where[1], box.clock)]
    if _NOW.search(clause) or (
        where
        and not timed
        and re.search(r"\b(?:times?|date|clock|day|hour|o'clock)\b", clause, re.IGNORECASE)
    ):
        return [_now(place, box.clock) for place in where] or [_now(None, box.clock)]
    return []


def _zone(place: Place, parameter: Parameter) -> str:
    """A parameter for zones gets the zone where it is known, one for cities the name."""
    wants_zone = not {"zone", "timezone", "tz"}.isdisjoint(parameter.words)
    return place.zone if wants_zone and place.zone else place.name


def _zone_parameters(tool: ToolView) -> list[Parameter]:
    names = {"zone", "timezone", "tz", "city", "place", "location", "region"}
    return [p for p in tool.parameters if not names.isdisjoint(p.words)]


def _now(place: Place | None, clock: ToolView) -> Step:
    parameter = _zone_parameters(clock)[0]
    if place is None:
        arguments = {parameter.name: "UTC"} if parameter.required else {}
    else:
        arguments = {parameter.name: _zone(place, parameter)}
    name = place.name if place else "UTC"
    return Ask((Call(clock.name, arguments),), _now_teller(name), f"tell the time in {_titled(name)}")


def _now_teller(name: str) -> Callable[[list[Any]], str]:
    def tell(results: list[Any]) -> str:
        where = "By UTC" if name.upper() in {"UTC", "GMT"} else f"In {_titled(name)}"
        return f"{where} it is {moment(results[0])}."

    return tell


def _titled(name: str) -> str:
    return name if any(c.isupper() for c in name) else capital(name.title())


def moment(result: Any) -> str:
    """Return a clock's result as ``Saturday 21 November 2026, 17:05 (UTC+09:00)``."""
    if not isinstance(result, dict):
        return f"**{result}**"
    text = (
        result.get("text") or result.get("time") or result.get("datetime") or next(iter(result.values()), "")
    )
    at = _parsed(result)
    offset = f" (UTC{at:%z})" if at is not None and at.tzinfo is not None else ""
    return f"**{text}**{offset[:-3]}:{offset[-3:]}" if offset else f"**{text}**"


def _parsed(result: dict[str, Any]) -> datetime | None:
    try:
        return datetime.fromisoformat(str(result.get("time") or result.get("datetime") or ""))
    except ValueError:
        return None


def _converted(clause: str, when: TimeOfDay, where: list[Place], tool: ToolView) -> list[Step]:
    source = _source(clause, when, where)
    targets = [place for place in where if (place.zone or place.name) != (source.zone or source.name)]
    first, second = _zone_parameters(tool)[:2]
    if {"to", "target", "destination"} & set(first.words):
        first, second = second, first
    parameter = tool.parameter("time", "datetime", "when", "clock")
    day = dates(clause)
    value = f"{day[0]}T{when.value}" if day else when.value
    steps: list[Step] = []
    for target in targets or [Place("UTC", "UTC", 0, 0)]:
        zones = {first.name: _zone(source, first), second.name: _zone(target, second)}
        call = Call(tool.name, {parameter.name: value, **zones} if parameter else zones)
        about = f"convert {when.value} from {_titled(source.name)} to {_titled(target.name)}"
        steps.append(Ask((call,), _converted_teller(when.value, source.name, target.name), about))
    return steps


def _source(clause: str, when: TimeOfDay, where: list[Place]) -> Place:
    """Return the place the given time belongs to: "from X", "3 pm in X", "3 pm X time", else the nearest."""
    for place in where:
        if re.search(r"\bfrom\s+(?:the\s+)?$", clause[: place.start], re.IGNORECASE):
            return place
    for place in where:
        between = clause[when.end : place.start].lower() if place.start >= when.end else None
        if between is not None and re.fullmatch(
            r"[\s,(]*(?:on [\w\s-]+)?(?:(?:local )?(?:time )?(?:in|at)\s+)?(?:the\s+)?", between
        ):
            target = re.search(
                r"\btime\s+(?:is it\s+|will it be\s+)?in\s*$", clause[: place.start], re.IGNORECASE
            )
            if target is None or "time is it" not in clause[when.end : place.start].lower():
                return place
    return min(where, key=lambda place: min(abs(place.start - when.end), abs(when.start - place.end)))


def _converted_teller(time: str, source: str, target: str) -> Callable[[list[Any]], str]:
    def tell(results: list[Any]) -> str:
        result = results[0]
        there = result.get("to", result) if isinstance(result, dict) else result
        return f"When it is {time} in {_titled(source)}, it is {moment(there)} in {_titled(target)}."

    return tell


def _difference(one: Place, other: Place, clock: ToolView) -> Step:
    parameter = _zone_parameters(clock)[0]
    wanted = tuple(Call(clock.name, {parameter.name: _zone(place, parameter)}) for place in (one, other))
    first, second = _titled(one.name), _titled(other.name)

    def tell(results: list[Any]) -> str:
        moments = [_parsed(result) for result in results if isinstance(result, dict)]
        offsets = [at.utcoffset() for at in moments if at is not None]
        known = [offset for offset in offsets if offset is not None]
        if len(known) < 2:
            return " ".join(
                _now_teller(name)([result]) for name, result in zip((first, second), results, strict=False)
            )
        hours = (known[0] - known[1]).total_seconds() / 3600
        if not hours:
            return f"{first} and {second} have the same time."
        unit = "hour" if abs(hours) == 1 else "hours"
        return f"{first} is **{abs(hours):g} {unit}** {'ahead of' if hours > 0 else 'behind'} {second}."

    return Ask(wanted, tell, f"compare the times of {first} and {second}")
