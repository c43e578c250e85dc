"""How arguments are filled from a sentence, by type, name, description and preposition."""

from typing import Any

import pytest

from adapters.models.scripted.filling import fill
from adapters.models.scripted.tools import views
from services.ports.models import ToolSchema


def filled(clause: str, properties: dict[str, Any], *required: str, **more: Any) -> dict[str, Any]:
    schema = {"type": "object", "properties": properties, "required": list(required), **more}
    (view,) = views([ToolSchema("plan_trip", "Plan a trip", schema)])
    return dict(fill(view, clause).arguments)


TEXT = {"type": "string"}


@pytest.mark.parametrize(
    ("clause", "properties", "expected"),
    [
        (
            "plan a trip from Rome to Oslo",
            {"origin": TEXT, "destination": TEXT},
            {"origin": "Rome", "destination": "Oslo"},
        ),
        (
            "plan a trip to Oslo from Rome",
            {"from_city": TEXT, "to_city": TEXT},
            {"from_city": "Rome", "to_city": "Oslo"},
        ),
        (
            "plan a trip on 4 March 2026 at 9:30",
            {"date": TEXT, "time": TEXT},
            {"date": "2026-03-04", "time": "09:30"},
        ),
        (
            "plan a first class trip",
            {"travel_class": {"enum": ["second", "first"]}},
            {"travel_class": "first"},
        ),
        ("plan a trip without breakfast", {"breakfast": {"type": "boolean"}}, {"breakfast": False}),
        (
            "plan a trip with breakfast",
            {"include_breakfast": {"type": "boolean"}},
            {"include_breakfast": True},
        ),
        (
            "plan a trip for Ann, Bob and Cy",
            {"people": {"type": "array", "items": TEXT}},
            {"people": ["Ann", "Bob", "Cy"]},
        ),
        (
            'plan a trip through "A" and "B"',
            {"stops": {"type": "array", "items": TEXT}},
            {"stops": ["A", "B"]},
        ),
        (
            "plan a trip for 3 nights and 2 people",
            {"people": {"type": "integer"}, "nights": {"type": "integer"}},
            {"people": 2, "nights": 3},
        ),
        ("plan a trip, see https://example.org/a.", {"url": TEXT}, {"url": "https://example.org/a"}),
        (
            "plan a trip for ann@example.org",
            {"contact": {"type": "string", "format": "email"}},
            {"contact": "ann@example.org"},
        ),
        ("plan a trip in Spanish", {"language": TEXT}, {"language": "Spanish"}),
        ("plan a trip to france", {"country": TEXT}, {"country": "France"}),
        ("plan a trip: sun and sea", {"text": TEXT}, {"text": "sun and sea"}),
        ("plan a trip with sales.csv", {"file": TEXT}, {"file": "sales.csv"}),
        ("plan a trip for ticket A-77", {"ticket_id": TEXT}, {"ticket_id": "A-77"}),
        (
            "plan a trip with budget 500",
            {"budget": {"anyOf": [{"type": "number"}, {"type": "null"}]}},
            {"budget": 500},
        ),
        ("plan a trip with budget 500", {"budget": {"type": ["number", "null"]}}, {"budget": 500}),
    ],
)
def test_arguments_are_filled_by_type_name_and_preposition(
    clause: str, properties: dict[str, Any], expected: dict[str, Any]
) -> None:
    assert filled(clause, properties, *properties) == expected


def test_a_reference_in_the_schema_is_followed() -> None:
    definitions = {"Kind": {"enum": ["city", "beach"], "type": "string"}}
    assert filled(
        "plan a beach trip", {"kind": {"$ref": "#/$defs/Kind"}}, "kind", **{"$defs": definitions}
    ) == {"kind": "beach"}


def test_optional_arguments_nobody_mentions_are_left_to_their_defaults() -> None:
    properties = {"city": TEXT, "note": TEXT, "days": {"type": "integer"}, "extras": {"type": "object"}}
    assert filled("plan a trip to Oslo", properties, "city") == {"city": "Oslo"}


@pytest.mark.parametrize(
    ("clause", "properties"),
    [
        ("plan a trip", {"include_lunch": {"type": "boolean"}}),
        ("plan a trip", {"stops": {"type": "array", "items": TEXT}}),
        ("plan a trip 5 9", {"nights": {"type": "integer"}, "people": {"type": "integer"}}),
    ],
)
def test_what_nobody_names_is_not_guessed(clause: str, properties: dict[str, Any]) -> None:
    assert filled(clause, properties) == {}


def test_small_words_at_the_end_belong_to_no_value() -> None:
    assert filled("plan a trip for Rome the", {"city": TEXT}, "city") == {"city": "Rome"}
