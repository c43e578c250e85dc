"""Which words of a sentence name a place that has a time zone, and which zone that is where it is known."""

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from adapters.models.scripted.lexicon import COUNTRIES
from adapters.models.scripted.text import unaccented

_ALIASES = """
America/New_York: new york city|nyc|boston|washington|washington dc|miami
America/New_York: atlanta|philadelphia|orlando|est|edt|eastern time
America/Chicago: houston|dallas|austin|san antonio|new orleans|cst|cdt|central time|texas|minneapolis
America/Denver: mst|mdt|mountain time|salt lake city|colorado
America/Los_Angeles: la|san francisco|seattle|san diego|las vegas|portland
America/Los_Angeles: california|pst|pdt|pacific time|silicon valley|sf
America/Toronto: ottawa|montreal|quebec
America/Edmonton: calgary
America/Sao_Paulo: rio|rio de janeiro|brasilia
Europe/London: uk|england|britain|great britain|united kingdom|edinburgh|manchester|glasgow
Europe/London: cardiff|liverpool|oxford|cambridge|scotland|wales|bst|gb
Europe/Berlin: munich|hamburg|frankfurt|cologne|stuttgart|leipzig|dresden|germany
Europe/Rome: milan|naples|florence|venice|turin
Europe/Madrid: barcelona|valencia|seville
Europe/Paris: lyon|marseille|bordeaux|toulouse
Europe/Zurich: geneva|basel|bern|lausanne
Europe/Amsterdam: rotterdam|the hague|eindhoven
Europe/Istanbul: ankara|antalya|izmir
Europe/Warsaw: krakow|gdansk
Europe/Moscow: st petersburg|saint petersburg
Europe/Kyiv: kiev
Asia/Kolkata: mumbai|delhi|new delhi|bangalore|bengaluru|chennai|hyderabad|pune|calcutta|ist|bombay
Asia/Shanghai: beijing|shenzhen|guangzhou|peking
Asia/Tokyo: osaka|kyoto|jst|nagoya|sapporo
Asia/Ho_Chi_Minh: hanoi|saigon
Asia/Dubai: abu dhabi
Asia/Jerusalem: tel aviv
Asia/Karachi: islamabad|lahore
Asia/Riyadh: jeddah|mecca
Asia/Kathmandu: katmandu
Africa/Johannesburg: cape town|durban|pretoria
Africa/Cairo: alexandria
Africa/Casablanca: rabat|marrakesh
Australia/Sydney: canberra
Pacific/Auckland: wellington|christchurch|nz
UTC: utc|gmt|zulu|greenwich|zulu time|coordinated universal time|universal time
"""
_WORD = re.compile(r"[A-Za-z_]+(?:/[A-Za-z_+\-0-9]+)+|[^\W\d_]+(?:['.-][^\W\d_]+)*(?:'s\b)?", re.UNICODE)
_AFTER = re.compile(
    r"\b(?:in|at|for|from|to|of)\s+((?:[A-Z][\w'.-]*)(?:\s+(?:of|de|do|da|la|el|[A-Z][\w'.-]*))*)"
)
_NOT_PLACES = frozenset(["i", "what", "when", "where", "how", "the", "my", "is", "it", "if"])


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a sentence: as written, its zone where known, and where it stands."""

    name: str
    zone: str
    start: int
    end: int


@lru_cache(maxsize=1)
def known() -> tuple[dict[str, str], frozenset[str], int]:
    """Return place names with their zones, their first words, and the most words one has."""
    zones: dict[str, str] = dict.fromkeys(COUNTRIES, "")
    for zone in sorted(
        files("tzdata").joinpath("zones").read_text("utf-8").split(),
        key=lambda name: name.count("/"),
        reverse=True,
    ):
        city = zone.rpartition("/")[2]
        if "/" in zone and not zone.startswith(("Etc/", "SystemV/", "US/", "posix", "right")):
            zones[city.replace("_", " ").replace("-", " ").lower()] = zone
            zones[city.replace("_", " ").lower()] = zone
        zones[zone.lower()] = zone
    for line in _ALIASES.strip().split("\n"):
        zone, _, names = line.partition(": ")
        zones.update(dict.fromkeys(names.split("|"), zone))
    for code in ("eastern", "factory", "center", "roc", "prc", "rok", "universal", "easter", "w-su"):
        zones.pop(code, None)
    return zones, frozenset(name.split()[0] for name in zones), max(len(name.split()) for name in zones)


def places(text: str) -> list[Place]:
    """Return the places of a sentence in order; unknown ones are taken when they are capitalised and follow
    "in" or "at".
    """
    zones, firsts, most = known()
    found: list[Place] = []
    matches = [(_bare(m[0]), m.start(), m.start() + len(_bare(m[0]))) for m in _WORD.finditer(text)]
    lowered = [unaccented(word) for word, _, _ in matches]
    at = 0
    while at < len(matches):
        used = _longest(lowered, at, zones, most) if lowered[at] in firsts else 0
        if used and not (used == 1 and not _plausible(text, matches[at])):
            start, end = matches[at][1], matches[at + used - 1][2]
            found.append(Place(text[start:end], zones[" ".join(lowered[at : at + used])], start, end))
        at += max(used, 1)
    return sorted([*found, *_unknown(text, found)], key=lambda place: place.start)


def _bare(word: str) -> str:
    return word.removesuffix("'s").rstrip(".")


def _longest(lowered: list[str], at: int, zones: dict[str, str], most: int) -> int:
    for size in range(min(most, len(lowered) - at), 0, -1):
        if " ".join(lowered[at : at + size]) in zones:
            return size
    return 0


def _plausible(text: str, match: tuple[str, int, int]) -> bool:
    """Short names such as "la" and "Ist" are also words: they need capitals or a place's preposition before
    them.
    """
    word, start, _ = match
    if len(word) > 3:
        return True
    return (
        word.isupper()
        or re.search(r"\b(?:in|at|for|from|to|and)\s+(?:the\s+)?$", text[:start].lower()) is not None
    )


def _unknown(text: str, found: list[Place]) -> list[Place]:
    extra = []
    for match in _AFTER.finditer(text):
        start, end = match.span(1)
        if match[1].lower() in _NOT_PLACES or any(p.start < end and start < p.end for p in found):
            continue
        extra.append(Place(match[1], "", start, end))
    return extra
