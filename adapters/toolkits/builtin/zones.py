"""Which time zone a name means: IANA names, cities, countries, abbreviations and offsets; never a guess.

Cities come from the IANA names themselves, countries from the tables beside the zone data, further places
from a short list. An abbreviation is taken literally: PST is UTC-8 all year, "Pacific time" is not.
"""

import difflib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache, cached_property
from importlib import resources
from zoneinfo import ZoneInfo, available_timezones

from adapters.toolkits.builtin.places import ABBREVIATIONS, AMBIGUOUS, COUNTRY_NAMES, KEPT_IN, PLACES
from services.tools.tool import ToolFailed

_OFFSET = re.compile(r"(?:utc|gmt)?\s*([+-])(\d{1,2})(?::?([0-5]\d))?", re.IGNORECASE)
_NOT_PLACES = frozenset({"Factory", "localtime"})


@dataclass(frozen=True, slots=True)
class Zone:
    """A zone under the name it was found by."""

    name: str
    info: tzinfo

    def remark(self, moment: datetime) -> str | None:
        """Return a warning where an abbreviation is not what its region's clocks show at that moment."""
        region = KEPT_IN.get(self.name)
        local = None if region is None else moment.astimezone(ZoneInfo(region))
        if local is None or local.utcoffset() == moment.astimezone(self.info).utcoffset():
            return None
        return f"{self.name} is a fixed offset all year; clocks in {region} show {local:%H:%M}"


class Zones:
    """The table of names, made when first asked: about 20 ms."""

    def find(self, name: str) -> Zone:
        """Return the zone; raises ``ToolFailed`` naming the candidates, or names that are alike."""
        key, capitals = _key(name), name.strip().upper()
        if capitals in AMBIGUOUS:
            raise ToolFailed(f"{name!r} may mean {_listed(AMBIGUOUS[capitals])}: use one of these names")
        if (iana := self._iana.get(key)) is not None:
            return Zone(iana, ZoneInfo(iana))
        if (hours := ABBREVIATIONS.get(capitals)) is not None:
            return Zone(capitals, timezone(timedelta(hours=hours), capitals))
        return _from_offset(name) or self._from_place(name, key)

    def _from_place(self, name: str, key: str) -> Zone:
        candidates = self._places.get(key) or self._place_in_country(name)
        if not candidates:
            alike = difflib.get_close_matches(key, self._titles, n=5, cutoff=0.7)
            hint = (
                f"did you mean {_listed(self._titles[k] for k in alike)}?"
                if alike
                else "use a name such as Europe/Berlin"
            )
            raise ToolFailed(f"there is no time zone {name[:60]!r}: {hint}")
        if len(candidates) > 1 and not _alike(tuple(candidates)):
            # Zones that stand for a time kept today come first; the others differ in the past only.
            main = {row[2] for row in _table("zonenow.tab")}
            shown = sorted(candidates, key=lambda zone: zone not in main)
            raise ToolFailed(f"{name!r} has several time zones: use one of {_listed(shown)}")
        return Zone(candidates[0], ZoneInfo(candidates[0]))

    def _place_in_country(self, name: str) -> Sequence[str]:
        """Read "Paris, France"; a country in which the place does not lie gives nothing."""
        place, _, country = name.rpartition(",")
        inside = self._countries.get(_key(country), ())
        return [zone for zone in self._places.get(_key(place), ()) if zone in inside]

    @cached_property
    def _iana(self) -> dict[str, str]:
        return {_key(name): name for name in available_timezones() - _NOT_PLACES}

    @cached_property
    def _countries(self) -> dict[str, list[str]]:
        zones: dict[str, list[str]] = {}
        for code, _, zone, *_ in _table("zone.tab"):
            zones.setdefault(code, []).append(zone)
        found: dict[str, list[str]] = {}
        for code, title in (*_table("iso3166.tab"), *((code, name) for name, code in COUNTRY_NAMES.items())):
            found.setdefault(_key(title.partition("(")[0]), []).extend(zones.get(code, ()))
        return found

    @cached_property
    def _places(self) -> dict[str, list[str]]:
        canonical = {row[2] for row in _table("zone.tab")}
        places = {key: list(zones) for key, zones in self._countries.items() if zones}
        for name in sorted(self._iana.values(), key=lambda name: (name not in canonical, name)):
            if "/" in name and not name.startswith("Etc/"):
                known = places.setdefault(_key(name.rpartition("/")[2]), [])
                if name in canonical or not known:
                    known.append(name)
        return places | {_key(name): [zone] for name, zone in PLACES.items()}

    @cached_property
    def _titles(self) -> dict[str, str]:
        return {
            key: zones[0] if len(zones) == 1 else key.title() for key, zones in self._places.items()
        } | self._iana


def _key(name: str) -> str:
    bare = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return " ".join(re.sub(r"[_.\s-]+", " ", bare.casefold()).split())


def _listed(names: Iterable[str]) -> str:
    shown = list(dict.fromkeys(names))
    return ", ".join(shown[:6]) + (" ..." if len(shown) > 6 else "")


def _from_offset(name: str) -> Zone | None:
    match = _OFFSET.fullmatch(name.strip())
    if match is None:
        return None
    sign, hours, minutes = match[1], int(match[2]), int(match[3] or 0)
    if hours > 14:
        raise ToolFailed(f"{name!r} is no offset: they go from -14:00 to +14:00")
    ahead = timedelta(hours=hours, minutes=minutes)
    return Zone(f"UTC{sign}{hours:02}:{minutes:02}", timezone(ahead if sign == "+" else -ahead))


def _table(name: str) -> Iterator[list[str]]:
    text = resources.files("tzdata").joinpath("zoneinfo", name).read_text(encoding="utf-8")
    return (line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))


@cache
def _alike(names: tuple[str, ...]) -> bool:
    """Tell whether the zones show the same time on every day of this year and the next."""
    start = datetime(datetime.now(UTC).year, 1, 1, 12, tzinfo=UTC)
    zones = [ZoneInfo(name) for name in names]
    days = (start + timedelta(days=day) for day in range(730))
    return all(len({day.astimezone(zone).utcoffset() for zone in zones}) == 1 for day in days)
