"""Tables and follow-ups: what the scripted model looks up, quotes, cuts and carries over."""

import random
from pathlib import Path

import pytest

from services.ports.models import Message
from tests.adapters.models.world import World, csv_text, names, tells

CSV = csv_text(["town", "land", "price"], [["Bonn", "DE", 10], ["Kiel", "DE", 20], ["Oslo", "NO", 60]])


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        ("What time is it in Tokyo?", "and in London?", "08:05"),
        ("What is 17 % of 200?", "and 20 %?", "40"),
        ("What is 17 % of 200?", "what about 300?", "51"),
        ("convert 5 miles to km", "and 10 miles?", "16.09344"),
        ("average price per town in t.csv", "what about per land?", "| DE | 15 |"),
        ("total price in Bonn", "and in Kiel?", "20"),
    ],
)
async def test_a_follow_up_leans_on_the_question_before(
    before: str, now: str, expected: str, world: World
) -> None:
    file = world.files.add("t.csv", CSV)
    told = await world.ask(now, [file], [Message("user", before), Message("assistant", "It is so.")])
    assert expected in told.answer


async def test_values_the_description_does_not_show_are_looked_up(world: World) -> None:
    towns = names(random.Random("towns"), 40)
    file = world.files.add("t.csv", csv_text(["town", "price"], [[town, n] for n, town in enumerate(towns)]))
    told = await world.ask(f"what is the price in {towns[30].lower()}?", [file])
    assert tells(told.answer, 30)


async def test_a_name_the_table_does_not_hold_is_said(world: World) -> None:
    file = world.files.add("t.csv", CSV)
    assert "found no “Atlantis”" in (await world.ask("What is the average price in Atlantis?", [file])).answer


async def test_of_several_files_the_one_with_the_columns_is_asked(world: World) -> None:
    other = world.files.add("other.csv", csv_text(["colour", "weight"], [["red", 1], ["blue", 3]]))
    told = await world.ask("average price per land", [other, world.files.add("t.csv", CSV)])
    assert "| NO | 60 |" in told.answer


async def test_columns_with_odd_names_are_quoted(world: World) -> None:
    file = world.files.add(
        "t.csv", csv_text(["the town's name", "select", "Größe in m"], [["A'b", 1, 2.5], ["C", 3, 4.5]])
    )
    assert tells((await world.ask("sum of select", [file])).answer, 4)
    assert tells(
        (await world.ask("what is the average Größe in m where the town's name is \"A'b\"?", [file])).answer,
        2.5,
    )


async def test_long_results_are_cut_and_say_how_many_more(world: World) -> None:
    file = world.files.add("t.csv", csv_text(["town", "price"], [[f"Town {n:03}", n] for n in range(90)]))
    told = await world.ask("average price per town", [file])
    assert told.answer.count("\n| Town") == 31  # the heading and thirty rows
    assert "60 more" in told.answer
