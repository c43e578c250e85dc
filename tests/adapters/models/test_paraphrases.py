"""The scripted model, asked in many wordings, over the real built-in tools; all data is made up."""

import random
from pathlib import Path

import pytest

from tests.adapters.models.phrases import homes, orders, shops, staff
from tests.adapters.models.phrases.book import Book
from tests.adapters.models.world import World, csv_text

BOOKS = {"orders": orders.book, "staff": staff.book, "shops": shops.book, "homes": homes.book}


async def wrong(book: Book, folder: Path) -> list[str]:
    world = World(folder)
    file = world.files.add(book.table.name, csv_text(book.table.columns, book.table.rows))
    asked = [
        *((q, check, []) for q, check in book.plain),
        *((q, check, [file]) for q, check in book.attached),
    ]
    return [question for question, check, files in asked if not check(await world.ask(question, files))]


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("name", BOOKS)
async def test_every_wording_gets_the_right_answer(name: str, seed: int, tmp_path: Path) -> None:
    book = BOOKS[name](
        random.Random(f"{name} {seed}")
    )  # a seed of its own, so that a failure can be repeated
    assert await wrong(book, tmp_path) == []


def test_there_are_enough_wordings_of_each_kind() -> None:
    books = [make(random.Random("any")) for make in BOOKS.values()]
    assert sum(len(book.plain) for book in books) >= 60
    assert sum(len(book.attached) for book in books) >= 60
