"""The parts the scripted model is made of, on generated numbers, times and schemas."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.models.scripted.clock_times import dates, times
from adapters.models.scripted.numerals import numbers, tidy
from adapters.models.scripted.places import places
from adapters.models.scripted.sums import sum_in
from adapters.models.scripted.telling import told, value_text
from adapters.models.scripted.text import stem


def value(text: str) -> float:
    """What the expression of a sentence comes to, by Python's own arithmetic."""
    found = sum_in(text)
    assert found is not None, text
    known = {"sqrt": math.sqrt, "factorial": math.factorial, "pi": math.pi}
    return float(eval(found.expression, {"__builtins__": {}}, known))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("two plus two", 4),
        ("twenty-five times four", 100),
        ("a hundred and five minus five", 100),
        ("what is 1.5 million divided by 3", 500_000),
        ("2k plus 500", 2500),
        ("a dozen times three", 36),
        ("-4 + 9", 5),
        ("3 - -2", 5),
        ("2 + 3 * 4", 14),
        ("(2 + 3) * 4", 20),
        ("2 ** 3 ** 2", 512),
        ("17 mod 5", 2),
        ("17 % 5", 2),
        ("the remainder when 17 is divided by 5", 2),
        ("5 factorial", 120),
        ("4!", 24),
        ("factorial of 5", 120),
        ("half of the square root of 16", 2),
        ("cube root of 27", 3),
        ("3 cubed", 27),
        ("square of 12", 144),
        ("triple 7", 21),
        ("the median of 9, 1 and 5", 5),
        ("median of 1, 2, 3 and 10", 2.5),
        ("the maximum of 3, 9 and 4", 9),
        ("smallest of 3, 9 and 4", 3),
        ("difference between 10 and 45", 35),
        ("ratio of 9 to 3", 3),
        ("add 4 and 5 and 6", 15),
        ("add 10% to 200", 220),
        ("subtract 15% from 200", 170),
        ("take 5 from 20", 15),
        ("multiply 6 with 7", 42),
        ("divide 12 into 4 parts", 3),
        ("raise 200 by 10 percent", 220),
        ("reduce 200 by 50", 150),
        ("a 15% tip on 80", 12),
        ("80 with a 15% tip", 92),
        ("80 and with a 15% tip", 92),
        ("100 with 20% VAT", 120),
        ("what is the price with VAT of 20% on 50", 60),
        ("sum of (1, 2, 3)", 6),
        ("average (4, 6)", 5),
        ("VAT of 20% on 50", 10),
        ("what is the total with 20% VAT on 50", 60),
        ("10% discount on 50: the price?", 45),
        ("100 as a percentage of 400", 25),
        ("percentage increase from 50 to 75", 50),
        ("sum of the numbers from 1 to 100", 5050),
        ("what is the area of a room 4 by 5", 20),
        ("12 apples plus 5 apples", 17),
        ("5 percent of 80 plus 10", 14),
        ("what do 13 and 29 add up to?", 42),
        ("take 10, add 5, then divide by 3", 5),
        ("3 boxes with 12 eggs each", 36),
        ("I had 9 pens and lost 4, how many are left?", 5),
        ("I have 9 pens and buy 4 more. How many do I have now?", 13),
        ("4 friends share 20 sweets", 5),
        ("20 sweets shared between 4", 5),
        ("how often does 4 go into 20", 5),
        ("$45.50 + €4.50", 50),
        ("a circle with radius 2, its area?", 4 * math.pi),
    ],
)
def test_sentences_about_numbers_become_the_right_calculation(text: str, expected: float) -> None:
    assert value(text) == pytest.approx(expected)


@pytest.mark.parametrize(
    "text",
    [
        "which one is best",
        "room 12",
        "the 3 best friends",
        "I was born in 1990",
        "add salt",
        "2024-05",
        "average of 5",
        "half a day",
    ],
)
def test_sentences_with_a_number_are_no_calculation_just_so(text: str) -> None:
    found = sum_in(text)
    assert found is None or not found.sure


@given(st.integers(1, 10**6), st.integers(1, 99))
def test_percentages_hold_for_any_numbers(amount: int, percent: int) -> None:
    assert value(f"What is {percent} % of {amount:,}?") == pytest.approx(amount * percent / 100)
    assert value(f"{amount} plus {percent}%") == pytest.approx(amount * (100 + percent) / 100)
    assert value(f"{percent}% off {amount}") == pytest.approx(amount * (100 - percent) / 100)


@given(st.lists(st.integers(0, 9999), min_size=2, max_size=8))
def test_averages_hold_for_any_list(items: list[int]) -> None:
    told_list = ", ".join(map(str, items[:-1])) + f" and {items[-1]}"
    assert value(f"the average of {told_list}") == pytest.approx(sum(items) / len(items))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5 miles to km", "5 mile to kilometer"),
        ("how many feet are in 2 metres", "2 meter to foot"),
        ("how many ounces in a pound", "1 pound to ounce"),
        ("5 ft 3 in to cm", "5 foot + 3 inch to centimeter"),
        ("100 degrees F in C", "100 degF to degC"),
        ("3 km + 200 m to miles", "3 kilometer + 200 meter to mile"),
    ],
)
def test_conversions_are_written_as_a_calculator_reads_them(text: str, expected: str) -> None:
    found = sum_in(text)
    assert found is not None
    assert found.expression == expected


@given(st.integers(0, 23), st.integers(0, 59))
def test_any_time_of_day_is_read(hour: int, minute: int) -> None:
    assert [t.value for t in times(f"at {hour}:{minute:02} in Rome")] == [f"{hour:02}:{minute:02}"]
    half = "am" if hour < 12 else "pm"
    assert [t.value for t in times(f"at {(hour - 1) % 12 + 1}:{minute:02} {half}")] == [
        f"{hour:02}:{minute:02}"
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("at 5 pm", "17:00"),
        ("at 5", "05:00"),
        ("12 am", "00:00"),
        ("12 p.m.", "12:00"),
        ("noon", "12:00"),
        ("midnight", "00:00"),
        ("half past three pm", "15:30"),
        ("quarter to five", "04:45"),
        ("ten past 8", "08:10"),
        ("7 in the evening", "19:00"),
        ("9 o'clock", "09:00"),
        ("14.30", "14:30"),
    ],
)
def test_times_are_read_in_many_forms(text: str, expected: str) -> None:
    assert [t.value for t in times(text)] == [expected]


def test_dates_are_read_in_many_forms() -> None:
    assert dates("2026-03-04, 4 March 2026, March 4th, 2026 and 4 Foo 2026") == ["2026-03-04"] * 3


def test_places_are_found_in_any_case_and_unknown_ones_when_capitalised() -> None:
    found = places("time in new york, São Paulo, Zorbville and UTC")
    assert [p.name for p in found] == ["new york", "São Paulo", "UTC"] or "Zorbville" in [
        p.name for p in found
    ]
    assert [p.zone for p in places("time in LA and la la land")][:1] == ["America/Los_Angeles"]
    assert places("it is what it is") == []


def test_number_words_are_read_and_idioms_left_alone() -> None:
    assert [n.value for n in numbers("two hundred and five, 3 million, -4, 1,234.5")] == [
        "205",
        "3000000",
        "-4",
        "1234.5",
    ]
    assert numbers("which one of them") == []


@pytest.mark.parametrize(
    ("number", "text"), [(2.0, "2"), (2.345, "2.35"), (0.012345, "0.01235"), (float("inf"), "inf"), (7, "7")]
)
def test_numbers_are_shown_tidily(number: float, text: str) -> None:
    assert tidy(number) == text


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        ("sunny", "Weather: **sunny**."),
        ("A long. Sentence.", "A long. Sentence."),
        ({"rain": True}, "Weather: **yes**."),
        (["a", "b"], "Weather: a, b."),
        ([], "Weather: none."),
        ({}, "Weather: done."),
        (None, "Weather: **–**."),
        ({"a_b": 1, "c": None}, "Weather:\n\n- A b: **1**\n- C: –"),
    ],
)
def test_any_result_is_told_in_words(result: Any, expected: str) -> None:
    assert told(result, "Weather") == expected


def test_records_are_told_as_a_table() -> None:
    assert told([{"a": 1, "b": "x|y"}], "Rows") == "Rows:\n\n| A | B |\n| --- | --- |\n| 1 | x\\|y |"
    assert "| 1 |" in told({"n": 2, "items": [{"a": 1}]}, "Rows")
    assert value_text({"a": [1, False]}) == "A: 1, no"


@pytest.mark.parametrize(
    ("one", "other"),
    [("cities", "city"), ("shipping", "ship"), ("prices", "price"), ("added", "adding"), ("boxes", "box")],
)
def test_forms_of_a_word_share_a_stem(one: str, other: str) -> None:
    assert stem(one) == stem(other)
