"""Tools the scripted model has never seen: picked by their descriptions, filled by their schemas."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import pytest

from tests.adapters.models.world import World


def convert_currency(amount: float, from_currency: str, to_currency: str) -> str:
    """Convert an amount of money between currencies."""
    return f"{amount} {from_currency} are some {to_currency}"


def roll_dice(sides: int, count: int = 1) -> list[int]:
    """Roll dice."""
    return [sides] * count


def shipping_cost(weight_kg: float, country: str) -> dict[str, Any]:
    """Cost of shipping a parcel."""
    return {"country": country, "cost": weight_kg * 2}


def lookup_employee(name: str) -> dict[str, str]:
    """Look up an employee by name."""
    return {"name": name, "room": "4.17"}


def is_prime(number: int) -> bool:
    """Say whether a number is prime."""
    return number > 1 and all(number % n for n in range(2, number))


def get_weather(city: str, unit: Literal["celsius", "fahrenheit"] = "celsius") -> str:
    """Current weather for a city."""
    return f"sunny in {city}"


def translate_text(text: str, target_language: str) -> str:
    """Translate a text into another language."""
    return f"<{text}>"


def send_email(to: str, subject: str, body: str) -> str:
    """Send an email."""
    return "sent"


def order_status(order_id: str) -> str:
    """Tell the status of an order."""
    return "on its way"


def standard_deviation(numbers: list[float]) -> float:
    """Standard deviation of numbers."""
    return 1.5


FOREIGN: list[Callable[..., Any]] = [
    convert_currency, roll_dice, shipping_cost, lookup_employee, is_prime, get_weather, translate_text,
    send_email, order_status, standard_deviation,
]  # fmt: skip


@pytest.mark.parametrize(
    ("question", "tool", "arguments"),
    [
        (
            "Convert 100 USD to EUR",
            "convert_currency",
            {"amount": 100, "from_currency": "USD", "to_currency": "EUR"},
        ),
        (
            "How much is 50 euros in dollars?",
            "convert_currency",
            {"amount": 50, "from_currency": "EUR", "to_currency": "USD"},
        ),
        (
            "exchange 20 pounds for yen",
            "convert_currency",
            {"amount": 20, "from_currency": "GBP", "to_currency": "JPY"},
        ),
        ("roll 3 dice with 8 sides", "roll_dice", {"sides": 8, "count": 3}),
        ("Throw two six-sided dice", "roll_dice", {"sides": 6, "count": 2}),
        ("roll 2d20", "roll_dice", {"sides": 20, "count": 2}),
        ("Roll a die", "roll_dice", {"sides": 6}),
        (
            "What does shipping 2.5 kg to France cost?",
            "shipping_cost",
            {"weight_kg": 2.5, "country": "France"},
        ),
        ("How much to send a 7 kg parcel to Norway?", "shipping_cost", {"weight_kg": 7, "country": "Norway"}),
        ("Who is Ada Lovelace?", "lookup_employee", {"name": "Ada Lovelace"}),
        ("Look up the employee Grace Hopper", "lookup_employee", {"name": "Grace Hopper"}),
        ("Is 7919 a prime number?", "is_prime", {"number": 7919}),
        ("what's the weather in Oslo in fahrenheit", "get_weather", {"city": "Oslo", "unit": "fahrenheit"}),
        ("Will it rain in Lima?", "get_weather", {"city": "Lima"}),
        (
            'translate "good morning" into French',
            "translate_text",
            {"text": "good morning", "target_language": "French"},
        ),
        (
            "How do you say 'thank you' in German?",
            "translate_text",
            {"text": "thank you", "target_language": "German"},
        ),
        (
            'send an email to bob@example.org with subject "Hi" and body "See you"',
            "send_email",
            {"to": "bob@example.org", "subject": "Hi", "body": "See you"},
        ),
        ("what is the status of order A-1234?", "order_status", {"order_id": "A-1234"}),
        ("standard deviation of 3, 5 and 9", "standard_deviation", {"numbers": [3, 5, 9]}),
    ],
)
async def test_a_tool_added_later_is_picked_and_filled(
    question: str, tool: str, arguments: dict[str, Any], tmp_path: Path
) -> None:
    told = await World(tmp_path, FOREIGN).ask(question)
    assert [(call.name, dict(call.arguments)) for call in told.calls] == [(tool, arguments)]


async def test_a_missing_argument_is_asked_for(tmp_path: Path) -> None:
    told = await World(tmp_path, [shipping_cost], builtin=False).ask("What does shipping to France cost?")
    assert told.calls == []
    assert "weight kg" in told.answer


async def test_a_foreign_tool_and_a_built_in_one_work_in_one_turn(tmp_path: Path) -> None:
    told = await World(tmp_path, FOREIGN).ask("Is 97 prime, and what time is it in Tokyo?")
    assert sorted(told.names) == ["current_time", "is_prime"]
    assert "17:05" in told.answer
