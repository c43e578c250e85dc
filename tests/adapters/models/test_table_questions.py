"""Questions about tables in their many forms; what is right was worked out by hand from six rows."""

from pathlib import Path

import pytest

from services.ports.models import Message
from tests.adapters.models.world import World, csv_text

COLUMNS = ["town", "land", "price", "year built", "rooms", "sold on"]
ROWS = [
    ["Bonn", "DE", 10, 2019, 3, "2026-01-05"],
    ["Kiel", "DE", 20, 2020, 5, "2026-02-07"],
    ["Oslo", "NO", 60, 2021, 9, "2026-03-09"],
    ["Rome", "IT", 40, 2021, 7, "2026-03-30"],
]
NO_ROWS = "No rows match"


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


async def answer(world: World, question: str, columns: int = 6) -> str:
    file = world.files.add("homes.csv", csv_text(COLUMNS[:columns], [row[:columns] for row in ROWS]))
    return (await world.ask(question, [file])).answer


@pytest.mark.parametrize(
    ("question", "towns"),
    [
        ("which towns have a price of 40 or more?", {"Oslo", "Rome"}),
        ("which towns have a price of 20 or less?", {"Bonn", "Kiel"}),
        ("which towns have a price over 20?", {"Oslo", "Rome"}),
        ("which towns have rooms 7?", {"Rome"}),
        ("list towns where rooms 7", {"Rome"}),
    ],
)
async def test_a_comparison_in_words_keeps_the_rows_it_means(
    question: str, towns: set[str], world: World
) -> None:
    told = await answer(world, question)
    assert {row[0] for row in ROWS if str(row[0]) in told} == towns


@pytest.mark.parametrize(
    ("question", "number"),
    [
        ("how many homes are priced between 15 and 45", "2"),
        ("between 15 and 45 price average", "30"),
        ("average rooms over 5", "8"),
    ],
)
async def test_a_comparison_finds_its_column_before_inside_or_after(
    question: str, number: str, world: World
) -> None:
    assert f"**{number}**" in await answer(world, question)


@pytest.mark.parametrize("question", ["average price for 2021", "average price in 2021"])
async def test_a_year_is_looked_for_in_a_column_of_years_where_there_are_no_dates(
    question: str, world: World
) -> None:
    assert await answer(world, question, columns=5) == "The average price is **50** (year built = 2021)."


@pytest.mark.parametrize("question", ["average price in March", "total price after 2026-02-01"])
async def test_a_date_means_nothing_to_a_table_without_dates(question: str, world: World) -> None:
    assert "(" not in await answer(world, question, columns=3)


@pytest.mark.parametrize(
    "question", ["which towns have a price over 1000", "average price where rooms is over 100"]
)
async def test_nothing_found_is_said_with_the_condition(question: str, world: World) -> None:
    told = await answer(world, question)
    assert told.startswith(NO_ROWS)
    assert "> 100" in told


async def test_the_columns_are_counted_and_named(world: World) -> None:
    told = await answer(world, "how many columns are in homes.csv?", columns=3)
    assert told == "The table has **3** columns: town, land and price."


@pytest.mark.parametrize(
    "question", ["average price for the towns", "average price across towns", "mean price of different towns"]
)
async def test_a_plural_after_an_average_is_a_grouping(question: str, world: World) -> None:
    told = await answer(world, question)
    assert "| Bonn | 10 |" in told
    assert told.count("\n|") == 2 + len(ROWS)


async def test_all_of_a_numeric_column_is_no_grouping(world: World) -> None:
    assert await answer(world, "total price of all rooms") == "The total price is **130**."


@pytest.mark.parametrize("question", ["what is the average?", "what is the total?"])
async def test_the_only_numeric_column_is_meant_when_none_is_named(question: str, world: World) -> None:
    number = "32.5" if "average" in question else "130"
    assert f"price is **{number}**" in await answer(world, question, columns=3)


async def test_a_name_of_two_words_may_be_written_as_one(world: World) -> None:
    assert await answer(world, "average yearbuilt") == "The average year built is **2020.25**."


async def test_where_means_a_place_and_without_one_only_the_number_is_told(world: World) -> None:
    assert "**Oslo**" in await answer(world, "where is the average price highest?")
    file = world.files.add("x.csv", csv_text(["person", "price"], [["Ann", 1], ["Bob", 2]]))
    assert (await world.ask("where is the price highest?", [file])).answer == "The highest price is **2**."


@pytest.mark.parametrize(
    ("question", "towns"),
    [
        ("average price per town sorted by town ascending", ["Bonn", "Kiel", "Oslo", "Rome"]),
        ("average price by town sorted by price ascending", ["Bonn", "Kiel", "Rome", "Oslo"]),
        ("average price by town sorted by price descending", ["Oslo", "Rome", "Kiel", "Bonn"]),
        ("average price by town, sorted by town", ["Bonn", "Kiel", "Oslo", "Rome"]),
    ],
)
async def test_the_order_is_the_one_asked_for(question: str, towns: list[str], world: World) -> None:
    told = await answer(world, question)
    assert sorted(towns, key=told.index) == towns


async def test_rows_have_the_order_asked_for(world: World) -> None:
    told = await answer(world, "list the price sorted by price descending")
    assert sorted(["Oslo", "Rome", "Kiel", "Bonn"], key=told.index) == ["Oslo", "Rome", "Kiel", "Bonn"]


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        ("average price in DE", "and from NO", "**60**"),
        ("what is the price of Bonn", "and of Oslo?", "**60**"),
        ("average price", "and by land", "| DE | 15 |"),
    ],
)
async def test_a_follow_up_replaces_the_place_or_adds_the_grouping(
    before: str, now: str, expected: str, world: World
) -> None:
    file = world.files.add("homes.csv", csv_text(COLUMNS, ROWS))
    history = [Message("user", before), Message("assistant", "It is so.")]
    assert expected in (await world.ask(now, [file], history)).answer


async def test_a_follow_up_of_no_words_is_not_guessed(world: World) -> None:
    history = [Message("user", "What time is it in Tokyo?"), Message("assistant", "17:05")]
    assert "cannot help" in (await world.ask("and?", [], history)).answer


async def test_a_file_named_in_quotation_marks_is_no_value(world: World) -> None:
    assert (
        await answer(world, 'what is the average price in "homes.csv"?', 3)
        == "The average price is **32.5**."
    )


async def test_a_value_is_found_by_its_plural(world: World) -> None:
    file = world.files.add("fruit.csv", csv_text(["fruit", "price"], [["cherry", 7], ["plum", 2]]))
    assert "**7**" in (await world.ask("what is the average price of cherries?", [file])).answer
