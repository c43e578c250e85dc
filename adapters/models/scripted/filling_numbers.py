"""Which number of a sentence fills which argument: the one a nearby word names, else in order."""

import re
from typing import Any

from adapters.models.scripted.lexicon import keyed
from adapters.models.scripted.numerals import Found
from adapters.models.scripted.text import STOP, VAGUE, stem
from adapters.models.scripted.tools import Parameter, ToolView
from adapters.models.scripted.values import EMAIL, URL, Values, file_names, matches

_USUAL = {"sides": 6, "faces": 6}
ROLE_WORDS = keyed("""
from: from
source: from
origin: from
base: from
start: from
to: to into in as
target: to into in
destination: to
dest: to
end: to until
into: into to
""")
_UNIT_WORDS = keyed("""
kg: kg kilo kilos kilogram kilograms
km: km kilometre kilometres kilometer kilometers
percent: % percent
rate: % percent
percentage: % percent
years: year years
days: day days
hours: hour hours h
minutes: minute minutes min
count: dice times pieces items of
sides: sided sides side faces
cm: cm centimetres centimeters
m: m metres meters
g: g grams gram
nights: nights night
people: people persons guests
guests: people persons guests
months: month months
weeks: week weeks
length: characters chars letters long
lb: lb lbs pounds
miles: mile miles
celsius: celsius °c
fahrenheit: fahrenheit °f
""")


def fill_numbers(tool: ToolView, found: Values, arguments: dict[str, Any]) -> int:
    """Give numbers to parameters: first those a nearby word names, then in order."""
    wanting = [p for p in tool.parameters if p.kind in {"integer", "number"} and not p.choices]
    free = usable(found)
    if (dice := re.search(r"\b(\d*)d(\d+)\b", found.text.lower())) and any(
        "sides" in p.words for p in wanting
    ):
        return _dice(dice, wanting, arguments)
    fitting = 0
    pairs = [(_nearness(found.text, number, p), p.required, p, number) for p in wanting for number in free]
    for near, _, parameter, number in sorted(pairs, key=lambda pair: (-pair[0], not pair[1])):
        if near > 0 and parameter.name not in arguments and number in free:
            free.remove(number)
            arguments[parameter.name] = _number(number.value, parameter)
            found.used.add(number)
            fitting += 1
    for parameter in sorted(wanting, key=lambda p: not p.required):
        if parameter.name not in arguments and free and (parameter.required or not usual(parameter)):
            if not parameter.required and len(tool.required) == 0 and len(wanting) > 1:
                continue
            number = free.pop(0)
            found.used.add(number)
            arguments[parameter.name] = _number(number.value, parameter)
    return fitting


def usable(found: Values) -> list[Found]:
    """Numbers that are not part of an id, a date, a time or a file name."""
    taken = [
        (at, at + len(text))
        for text, at in [*matches(EMAIL, found.text), *file_names(found.text), *matches(URL, found.text)]
    ]
    taken += [
        (m.start(), m.end()) for m in re.finditer(r"\b\d{4}-\d{2}-\d{2}\b|\b\d{1,2}:\d{2}\b", found.text)
    ]
    return [n for n in found.numbers if not any(start <= n.start < end for start, end in taken)]


def _dice(dice: re.Match[str], wanting: list[Parameter], arguments: dict[str, Any]) -> int:
    for parameter in wanting:
        if "sides" in parameter.words:
            arguments[parameter.name] = int(dice[2])
        elif dice[1]:
            arguments.setdefault(parameter.name, int(dice[1]))
    return 2


def _number(text: str, parameter: Parameter) -> int | float:
    value = float(text)
    return int(value) if parameter.kind == "integer" or (value.is_integer() and "." not in text) else value


def _nearness(text: str, number: Found, parameter: Parameter) -> int:
    """How strongly the words beside a number name a parameter."""
    after = re.findall(r"%|°?[a-z]+", text[number.end : number.end + 30].lower())[:3]
    before = re.findall(r"[a-z]+", text[max(0, number.start - 30) : number.start].lower())[-3:]
    own = {stem(word) for word in parameter.words if word not in STOP}
    hints = {stem(word) for word in parameter.hints if word not in VAGUE}
    units = {unit for word in parameter.words for unit in _UNIT_WORDS.get(word, ())}
    if after and after[0] in units:
        return 6
    if after and stem(after[0]) in own:
        return 5
    if before and (
        stem(before[-1]) in own
        or (before[-1] in {"of", "is", "to"} and len(before) > 1 and stem(before[-2]) in own)
    ):
        return 4
    if after and (after[0] in hints or stem(after[0]) in hints):
        return 2
    if any(stem(word) in own for word in before) or any(stem(word) in own for word in after[:2]):
        return 2
    roles = {role for word in parameter.words for role in ROLE_WORDS.get(word, ())}
    return 1 if before and before[-1] in roles else 0


def usual(parameter: Parameter) -> int | None:
    """Return the number people mean when they say none, such as six sides of a die."""
    return next((_USUAL[word] for word in parameter.words if word in _USUAL), None)
