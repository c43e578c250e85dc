"""What the scripted model says when a tool fails or answers in a form of its own: the truth, in words."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from adapters.models.scripted.clocks import moment
from adapters.models.scripted.conversation import _complaint
from adapters.models.scripted.followups import resolved
from adapters.models.scripted.tables.columns import table_of
from adapters.models.scripted.tables.query import Query
from adapters.models.scripted.tables.telling import tell
from tests.adapters.models.world import World, csv_text

BROKEN = {"error": {"code": "storage_unavailable", "message": "The database is locked."}}


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@pytest.fixture
def answering(world: World, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let a tool answer what the test says, and the others as they do."""
    real, said = world.execute, dict[str, Any]()

    async def execute(request: Any) -> Any:
        return said[request.name] if request.name in said else await real(request)

    monkeypatch.setattr(world, "execute", execute)
    return said.__setitem__


@pytest.mark.parametrize(
    ("tool", "question", "words"),
    [
        ("notes_search", "delete the note about milk", "could not delete the note"),
        ("notes_add", "what is 6 * 7? Save the result as a note.", "could not keep the note"),
        ("table_query", "average price per town", "could not query the table"),
    ],
)
async def test_a_tool_that_fails_is_told_with_its_reason(
    world: World, answering: Callable[..., None], tool: str, question: str, words: str
) -> None:
    file = world.files.add("t.csv", csv_text(["town", "price"], [["Bonn", 1], ["Kiel", 3]]))
    answering(tool, BROKEN)
    told = (await world.ask(question, [file] if tool == "table_query" else [])).answer
    assert words in told
    assert "The database is locked" in told


async def test_a_note_that_is_not_there_is_not_deleted(world: World) -> None:
    told = await world.ask("delete the note about zebras")
    assert told.answer == "I found no note about “zebras”, so nothing was deleted."
    assert told.names == ["notes_search"]


async def test_notes_in_another_form_are_shown_as_they_come(
    world: World, answering: Callable[..., None]
) -> None:
    answering("notes_list", "milk and eggs")
    assert "milk and eggs" in (await world.ask("list my notes")).answer


async def test_a_table_without_columns_is_told(world: World, answering: Callable[..., None]) -> None:
    file = world.files.add("t.csv", csv_text(["town", "price"], [["Bonn", 1]]))
    answering("table_describe", {"columns": []})
    answering("table_load", {"columns": []})
    told = (await world.ask("average price per town", [file])).answer
    assert "could not read the file" in told


def test_the_fields_of_a_refusal_are_named() -> None:
    details = [{"field": "city", "message": "there is no such city"}]
    assert _complaint({"message": "Invalid.", "details": details}) == "Invalid. (city: there is no such city)"
    assert _complaint({"code": "timeout", "details": []}) == "timeout"


def test_a_clock_may_answer_with_a_text_alone_or_without_a_readable_time() -> None:
    assert moment("noon") == "**noon**"
    assert moment({"time": "half past"}) == "**half past**"
    at = datetime(2026, 11, 21, 17, 5, tzinfo=UTC).isoformat()
    assert moment({"text": "five past five", "time": at}) == "**five past five** (UTC+00:00)"


async def test_clocks_without_readable_times_are_told_side_by_side(
    world: World, answering: Callable[..., None]
) -> None:
    answering("current_time", {"text": "late"})
    told = (await world.ask("what is the time difference between Tokyo and London")).answer
    assert told == "In Tokyo it is **late**. In London it is **late**."


@pytest.mark.parametrize("described", [{}, {"columns": []}, {"columns": "town, price"}])
def test_a_description_without_columns_is_no_table(described: dict[str, Any]) -> None:
    assert table_of(described) is None


def test_a_result_without_rows_is_told_as_it_is() -> None:
    table = table_of({"columns": [{"name": "town", "type": "text"}], "rows": 1})
    assert table is not None
    assert "forty-two" in tell(Query(), table, "forty-two", [])


def test_a_follow_up_without_words_stands_for_no_question() -> None:
    assert list(resolved("and?", "What time is it in Tokyo?")) == []


def test_a_follow_up_stands_for_the_question_with_the_place_replaced_or_added() -> None:
    assert list(resolved("and from NO", "average price in DE")) == [
        "average price in NO",
        "average price from NO",
        "average price in DE from NO",
    ]
    assert list(resolved("and cheap", "average price")) == ["average price cheap"]
