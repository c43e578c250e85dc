"""What a sentence offers as arguments: numbers, names, quoted texts, ids, addresses, dates, currencies,
languages, countries.
"""

import re
from dataclasses import dataclass, field

from adapters.models.scripted.clock_times import dates
from adapters.models.scripted.conversation import FILE_NAME
from adapters.models.scripted.lexicon import COUNTRIES, CURRENCIES, CURRENCY_CODES, LANGUAGES
from adapters.models.scripted.numerals import Found, numbers
from adapters.models.scripted.text import ID, STOP, quoted, word_list

EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
URL = re.compile(r"\bhttps?://[^\s\"'<>]*[^\s\"'<>.,;:!?)]")
_NAME = re.compile(
    (
        r"(?<![\w'])(?:[A-ZÀ-ÖØ-Þ][\w'’-]*|[A-ZÀ-ÖØ-Þ]\.)(?:\s+(?:of|de|da|van|von|der|la|al|bin)"
        r"(?=\s+[A-ZÀ-Þ])|\s+[A-ZÀ-ÖØ-Þ][\w'’.-]*)*"
    ),
)
_OPENERS = STOP | frozenset(
    word_list(
        """
    roll throw convert look find lookup translate send write check calculate compute list book order
    ship is who where search greet say create make count reverse add get add hello hi hey thanks ok
    draw pick flip generate change exchange schedule cancel delete remove update set start stop run
    open close describe summarise summarize explain does did will are was if after before when while
    until once try use using estimate quote play print fetch retrieve return
    """
    )
)
_SYMBOL = re.compile(r"([$€£¥])\s?\d|\d\s?([$€£¥])")


@dataclass(slots=True)
class Values:
    """The values of one clause; what is used is marked so that it fills one argument only."""

    text: str
    numbers: list[Found] = field(default_factory=list)
    names: list[tuple[str, int]] = field(default_factory=list)
    used: set[object] = field(default_factory=set)

    def take_quoted(self, named: tuple[str, ...] = ()) -> str | None:
        """Return the next quoted text, first one that follows one of the words."""
        found = [(text, self.text.find(text)) for text in quoted(self.text)]
        before = [re.findall(r"[a-z]+", self.text[:at].lower())[-2:] for _, at in found]
        own = [
            item
            for item, words_before in zip(found, before, strict=True)
            if not set(named).isdisjoint(words_before)
        ]
        return self.fresh([*own, *found])

    def fresh(self, found: list[tuple[str, int]]) -> str | None:
        """Return the first value not used yet, and mark it."""
        for text, at in found:
            if (text, at) not in self.used:
                self.used.add((text, at))
                return text
        return None


def values(text: str) -> Values:
    """Read the clause."""
    return Values(text, numbers(text), names(text))


def names(text: str) -> list[tuple[str, int]]:
    """Return capitalised names and where they stand; a sentence's first word counts only with more capitals
    after it.
    """
    found = []
    for match in _NAME.finditer(text):
        name, start = match[0].removesuffix("'s").rstrip(".'"), match.start()
        while name and name.split()[0].rstrip(",.").lower() in _OPENERS and name.lower() not in COUNTRIES:
            first = name.split()[0]
            start += len(first) + 1
            name = name[len(first) :].lstrip()
        if name and not (len(name) == 1 and name in "IA"):
            found.append((name, start))
    return found


def currencies(text: str) -> list[tuple[str, int]]:
    """Return the ISO codes of currencies named by code, word or sign."""
    found = [
        (next(CURRENCIES[group] for group in m.groups() if group), m.start()) for m in _SYMBOL.finditer(text)
    ]
    for match in re.finditer(r"[A-Za-z]+", text):
        word = match[0]
        if (
            word.upper() in CURRENCY_CODES
            and (word.isupper() or word.islower())
            and word.lower() not in {"all", "try", "cop"}
        ):
            found.append((word.upper(), match.start()))
        elif word.lower() in CURRENCIES:
            found.append((CURRENCIES[word.lower()], match.start()))
    return sorted(found, key=lambda item: item[1])


def languages(text: str) -> list[tuple[str, int]]:
    """Return named languages."""
    return [(m[0], m.start()) for m in re.finditer(r"[A-Za-z]+", text) if m[0].lower() in LANGUAGES]


def countries(text: str) -> list[tuple[str, int]]:
    """Return named countries, also those in lower case."""
    pattern = r"\b[A-Za-z]+(?:\s+[A-Za-z]+){0,3}\b"
    found = []
    for match in re.finditer(r"\b[A-Za-z]", text):
        rest = re.match(pattern, text[match.start() :])
        parts = rest[0].split() if rest else []
        for size in range(len(parts), 0, -1):
            name = " ".join(parts[:size])
            if name.lower() in COUNTRIES and (len(name) > 3 or name.isupper()):
                found.append((name.title() if name.islower() else name, match.start()))
                break
    return found


def ids(text: str) -> list[tuple[str, int]]:
    """Return identifiers: words of letters and digits such as ``A-17`` or ``n_12``, or a number after
    "number" or "#".
    """
    found = [(m[0], m.start()) for m in ID.finditer(text)]
    found += [
        (m[1], m.start(1))
        for m in re.finditer(r"(?:#|\b(?:number|no\.?|id|nr\.?)\s+#?)([\w-]*\d[\w-]*)", text)
    ]
    return sorted(found, key=lambda item: item[1])


def matches(pattern: re.Pattern[str], text: str) -> list[tuple[str, int]]:
    """Return what a pattern finds and where."""
    return [(m[0], m.start()) for m in pattern.finditer(text)]


def file_names(text: str) -> list[tuple[str, int]]:
    """Return file names."""
    return matches(FILE_NAME, text)


def iso_dates(text: str) -> list[tuple[str, int]]:
    """Return dates as ``YYYY-MM-DD``."""
    return [(date, index) for index, date in enumerate(dates(text))]
