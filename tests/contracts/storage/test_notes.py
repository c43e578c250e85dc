"""The contract of every note store."""

import pytest

from services.errors import NotFound
from services.ports.notes import NoteStore
from tests.contracts.storage.conftest import HandClock


async def test_a_note_is_kept_with_its_time(notes: NoteStore, clock: HandClock) -> None:
    note = await notes.add("ann", "Buy milk")
    assert (note.text, note.created_at) == ("Buy milk", clock.now())
    assert await notes.notes("ann") == [note]


async def test_the_newest_notes_come_first_and_no_more_than_asked(notes: NoteStore) -> None:
    for text in ("one", "two", "three"):
        await notes.add("ann", text)
    assert [note.text for note in await notes.notes("ann", limit=2)] == ["three", "two"]
    assert await notes.notes("ann", limit=-1) == []


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["MILK"], ["Buy milk"]),
        (["milk", "buy"], ["Buy milk"]),
        (["milk", "bread"], []),
        (["100%"], ["Save 100% now"]),
        (["%"], ["Save 100% now"]),
        (["_"], ["snake_case"]),
        (["ÄPFEL"], ["äpfel und Straße"]),
        (["a\u0308pfel"], ["äpfel und Straße"]),
        (["STRASSE"], ["äpfel und Straße"]),
        (["x" * 100_000], []),
        ([""], ["snake_case", "äpfel und Straße", "Save 100% now", "Buy milk"]),
    ],
)
async def test_words_are_plain_text_in_any_case(notes: NoteStore, words: list[str], found: list[str]) -> None:
    for text in ("Buy milk", "Save 100% now", "äpfel und Straße", "snake_case"):
        await notes.add("ann", text)
    assert [note.text for note in await notes.search("ann", words)] == found


async def test_every_one_of_very_many_words_counts(notes: NoteStore) -> None:
    words = [f"word{number}." for number in range(2000)]
    await notes.add("ann", " ".join(words))
    assert len(await notes.search("ann", words)) == 1
    assert await notes.search("ann", [*words, "missing"]) == []


async def test_a_search_gives_no_more_than_asked(notes: NoteStore) -> None:
    for number in range(4):
        await notes.add("ann", f"note {number}")
    assert [note.text for note in await notes.search("ann", ["note"], limit=2)] == ["note 3", "note 2"]


async def test_notes_of_others_do_not_exist(notes: NoteStore) -> None:
    note = await notes.add("ann", "secret")
    assert await notes.notes("eve") == []
    assert await notes.search("eve", ["secret"]) == []
    for note_id in (note.note_id, "unknown"):
        with pytest.raises(NotFound, match=r"^There is no such note\.$"):
            await notes.delete("eve", note_id)
    assert await notes.notes("ann") == [note]


async def test_a_deleted_note_is_gone(notes: NoteStore) -> None:
    note = await notes.add("ann", "old")
    await notes.delete("ann", note.note_id)
    assert await notes.notes("ann") == []
    with pytest.raises(NotFound):
        await notes.delete("ann", note.note_id)
