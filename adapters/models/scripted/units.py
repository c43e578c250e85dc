"""Which phrases ask to convert a measure: "5 miles to km", "how many feet are in 2 metres"."""

import re

from adapters.models.scripted.arithmetic_shapes import Calculation
from adapters.models.scripted.numerals import SCALED, value_of
from adapters.models.scripted.text import words

# Each line: the name a calculator reads, then what people write; a blank line parts the dimensions.
_UNITS = """
meter: metre metres meter meters m
kilometer: kilometre kilometres kilometer kilometers km kms
centimeter: centimetre centimetres centimeter centimeters cm
millimeter: millimetre millimetres millimeter millimeters mm
mile: mile miles mi
yard: yard yards yd yds
foot: foot feet ft
inch: inch inches
nautical_mile: nautical-mile nautical-miles

kilogram: kilogram kilograms kilogramme kilogrammes kilo kilos kg kgs
gram: gram grams gramme grammes g
milligram: milligram milligrams mg
pound: pound pounds lb lbs
ounce: ounce ounces oz
stone: stone stones
metric_ton: tonne tonnes metric-ton metric-tons

liter: litre litres liter liters l
milliliter: millilitre millilitres milliliter milliliters ml
gallon: gallon gallons gal us-gallon us-gallons
pint: pint pints
quart: quart quarts
cup: cup cups
tablespoon: tablespoon tablespoons tbsp
teaspoon: teaspoon teaspoons tsp
fluid_ounce: fluid-ounce fluid-ounces fl-oz

second: second seconds sec secs
minute: minute minutes min mins
hour: hour hours hr hrs h
day: day days
week: week weeks
year: year years
millisecond: millisecond milliseconds ms

degC: celsius centigrade degc °c degrees-celsius degree-celsius c degrees-c degrees-centigrade
degF: fahrenheit degf °f degrees-fahrenheit degree-fahrenheit f degrees-f
kelvin: kelvin kelvins

kilometer_per_hour: km/h kmh kph kilometres-per-hour kilometers-per-hour km-per-hour
mile_per_hour: mph miles-per-hour
meter/second: m/s metres-per-second meters-per-second

byte: byte bytes
kilobyte: kilobyte kilobytes kb
megabyte: megabyte megabytes mb
gigabyte: gigabyte gigabytes gb
terabyte: terabyte terabytes tb
bit: bit bits

square_meter: square-metres square-meters square-metre square-meter m² sqm
square_kilometer: square-kilometres square-kilometers km²
square_foot: square-feet square-foot sqft sq-ft
acre: acre acres
hectare: hectare hectares ha

joule: joule joules
kilojoule: kilojoule kilojoules kj
calorie: calorie calories cal
kilocalorie: kilocalorie kilocalories kcal
kilowatt_hour: kilowatt-hour kilowatt-hours kwh

watt: watt watts
kilowatt: kilowatt kilowatts kw
horsepower: horsepower hp

pascal: pascal pascals
bar: bar bars
psi: psi
"""


def _units() -> dict[str, tuple[str, int]]:
    found = {}
    for dimension, block in enumerate(_UNITS.strip().split("\n\n")):
        for line in block.split("\n"):
            name, _, aliases = line.partition(": ")
            for alias in aliases.split():
                found[alias.replace("-", " ")] = (name, dimension)
    return found


UNITS = _units()
_NAMES = "|".join(re.escape(name).replace(r"\ ", r"[\s-]+") for name in sorted(UNITS, key=len, reverse=True))
_MEASURE = re.compile(
    rf"(?P<sign>[-+]\s*)?(?P<number>{SCALED})[\s-]*°?\s*(?P<of>(?:{_NAMES}|in(?=\s+(?:to|in|into)"
    rf"\b))(?![\w/]))"
    rf"|\b(?P<lone>an?|one|single|per|each)\s+(?P<each>{_NAMES})(?![\w/])"
    rf"|(?<![\w/])(?P<target>{_NAMES})(?![\w/])",
    re.IGNORECASE,
)
_WORDS = frozenset(word for name in UNITS for word in words(name))
_QUESTION = re.compile(
    r"\b(?:convert|conversion|how many|how much|how (?:long|far|tall|heavy|big|hot|cold|fast)|in|"
    r"to|into|as|equals?|"
    r"express|change|turn|number of)\b|=",
    re.IGNORECASE,
)


def conversion(text: str) -> Calculation | None:
    """Return the conversion a sentence asks for, or None; measures of different kinds are none."""
    if _WORDS.isdisjoint(words(text)) or not _QUESTION.search(text):
        return None
    quantities: list[str] = []
    targets: list[str] = []
    dimensions = set()
    for match in _MEASURE.finditer(text):
        written = " ".join(
            (match["of"] or match["each"] or match["target"]).lower().replace("-", " ").split()
        )
        unit, dimension = UNITS.get(written, ("inch", 0))
        if match["target"] and len(written) == 1 and not _asked_for(text, match.start()):
            continue
        dimensions.add(dimension)
        if match["target"]:
            targets.append(unit)
        else:
            sign = (match["sign"] or "").strip() if not quantities else (match["sign"] or "+").strip() + " "
            quantities.append(f"{sign}{value_of(match['number']) if match['number'] else '1'} {unit}")
    targets = list(dict.fromkeys(targets))
    if not quantities or len(targets) != 1 or len(dimensions) != 1:
        return None
    return Calculation(f"{' '.join(quantities)} to {targets[0]}", sure=True)


def _asked_for(text: str, at: int) -> bool:
    """A single letter is a unit only where one is asked for."""
    return (
        re.search(r"\b(?:to|in|into|as|many|much)\s+(?:degrees?\s+)?$", text[:at], re.IGNORECASE) is not None
    )
