"""How the scripted model routes a request to agents, and how an agent goes on from another's result."""

from pathlib import Path
from typing import Any

import pytest

from adapters.models.scripted import ScriptedModel
from services.ports.models import Message
from tests.adapters.models.schemas import AGENTS, agent
from tests.adapters.models.world import World
from tests.build import build

FILES = "\nAttached files: sales.csv (file_id: f_1c)"


def plan(text: str, files: str = "", agents: Any = AGENTS) -> list[tuple[str, dict[str, Any]]]:
    system = Message("system", "You route a request to agents." + files)
    reply = build(ScriptedModel).reply([system, Message("user", text)], agents)
    return [(request.name, dict(request.arguments)) for request in reply.tool_requests]


@pytest.mark.parametrize(
    ("text", "files", "expected"),
    [
        ("What is 17 % of 2,340?", "", "assistant"),
        ("What time is it in Tokyo?", FILES, "assistant"),
        ("What is 17 % of 2,340?", FILES, "assistant"),
        ("Remember that sales are good and call Bob", FILES, "assistant"),
        ("hello", FILES, "assistant"),
        ("What is the weather in Paris?", "", "assistant"),
        ("average price per city", FILES, "analyst"),
        ("Which city has the highest revenue?", FILES, "analyst"),
        ("How many rows does sales.csv have?", "", "analyst"),
        ("What columns are in the csv file?", "", "analyst"),
        ("What is 10 % of 50? Save it as a note.", "", "assistant"),
        ("Review this contract for legal risks", "", "lawyer"),
        ("What do my notes say about sales?", FILES, "assistant"),
        ("Remember to buy milk. And eggs.", FILES, "assistant"),
    ],
)
def test_a_question_for_one_agent_goes_there_whole(text: str, files: str, expected: str) -> None:
    assert plan(text, files) == [(expected, {"task": text})]


def test_a_question_of_two_kinds_is_parted() -> None:
    text = "What's the average price per city in sales.csv, and what time is it in Oslo?"
    assert plan(text, FILES) == [
        ("analyst", {"task": "What's the average price per city in sales.csv"}),
        ("assistant", {"task": "what time is it in Oslo?"}),
    ]


def test_a_clause_of_two_kinds_is_parted_at_its_comma_or_and() -> None:
    text = "average price per city in sales.csv, legal clauses of this contract"
    assert [name for name, _ in plan(text, FILES)] == ["analyst", "lawyer"]


@pytest.mark.parametrize(
    "text",
    [
        "average price per city in sales.csv and save the result as a note",
        "Compute the total revenue by country in sales.csv, then remember the result.",
        "What is the average price in sales.csv? Please note it down.",
    ],
)
def test_a_part_that_needs_the_result_waits_for_it(text: str) -> None:
    first, second = plan(text, FILES)
    assert first[0] == "analyst"
    assert "after" not in first[1]
    assert (second[0], second[1]["after"]) == ("assistant", ["analyst"])


def test_each_agent_is_asked_once_and_never_in_a_circle() -> None:
    text = "What is 5 + 5? What is the average price in sales.csv? Save both as a note."
    found = dict(plan(text, FILES))
    assert list(found) == ["assistant", "analyst"]
    assert not (
        "assistant" in found["analyst"].get("after", []) and "analyst" in found["assistant"].get("after", [])
    )


def test_agents_with_other_names_are_known_by_their_descriptions() -> None:
    others = [agent("helper", "Anything else"), agent("numbers", "Reads CSV files and spreadsheet columns")]
    assert plan("average price per city in sales.csv", "", others)[0][0] == "numbers"
    assert plan("what time is it in Rome", "", others)[0][0] == "helper"


def test_without_agents_nobody_is_asked() -> None:
    assert plan("hello", "", []) == []


async def test_the_waiting_agent_keeps_the_result_it_was_given(tmp_path: Path) -> None:
    world = World(tmp_path)
    told = await world.ask(
        "save the result as a note\n\nResults so far:\nanalyst: The average price is **12.5**."
    )
    assert told.names == ["notes_add"]
    assert world.notes.kept[0].text == "The average price is 12.5."
