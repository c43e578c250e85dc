"""Which kind of value a parameter's name asks for, and how such values are found in a sentence."""

from collections.abc import Callable

from adapters.models.scripted.clock_times import times
from adapters.models.scripted.places import places
from adapters.models.scripted.values import (
    EMAIL,
    URL,
    countries,
    currencies,
    file_names,
    ids,
    iso_dates,
    languages,
    matches,
)

Finder = Callable[[str], list[tuple[str, int]]]
FINDERS: tuple[tuple[frozenset[str], Finder], ...] = (
    (frozenset({"currency", "currencies"}), currencies),
    (frozenset({"language", "lang", "locale"}), languages),
    (frozenset({"email", "mail", "recipient", "to", "cc"}), lambda text: matches(EMAIL, text)),
    (frozenset({"url", "uri", "link", "website", "address"}), lambda text: matches(URL, text)),
    (frozenset({"file", "filename", "path"}), file_names),
    (frozenset({"country", "nation"}), countries),
    (
        frozenset(
            {
                "city",
                "place",
                "location",
                "town",
                "zone",
                "timezone",
                "region",
                "destination",
                "origin",
                "airport",
                "capital",
            }
        ),
        lambda text: [(place.name, place.start) for place in places(text)],
    ),
    (frozenset({"date", "day", "deadline", "birthday", "due"}), iso_dates),
    (frozenset({"time", "hour", "when", "at"}), lambda text: [(t.value, t.start) for t in times(text)]),
    (
        frozenset(
            {
                "id",
                "code",
                "sku",
                "identifier",
                "reference",
                "ref",
                "key",
                "number",
                "order",
                "ticket",
                "invoice",
                "isbn",
                "plate",
            }
        ),
        ids,
    ),
)
