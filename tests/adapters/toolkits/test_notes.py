import pytest

from adapters.toolkits.builtin.notes import NoteTools
from adapters.toolkits.builtin.system import SystemTools
from services.tools import Injected, InvalidArguments, ToolFailed
from tests.adapters.toolkits.fakes import MemoryNotes, context
from tests.build import build


@pytest.fixture
def notes() -> NoteTools:
    return build(NoteTools, MemoryNotes())


async def test_a_note_is_kept_listed_found_and_deleted(notes: NoteTools) -> None:
    added = await notes.notes_add("Buy oat milk", context())
    await notes.notes_add("Call Ben", context())
    assert added == {
        "note_id": "n_u_anna_0",
        "text": "Buy oat milk",
        "created_at": "2026-07-21T12:00:00+00:00",
    }
    assert [n["text"] for n in (await notes.notes_list(context()))["notes"]] == ["Call Ben", "Buy oat milk"]
    assert (await notes.notes_search("MILK buy", context()))["notes"] == [added]
    assert await notes.notes_delete("n_u_anna_0", context()) == {"deleted": "n_u_anna_0"}
    assert len((await notes.notes_list(context()))["notes"]) == 1


async def test_another_users_notes_are_neither_seen_nor_deleted(notes: NoteTools) -> None:
    added = await notes.notes_add("Secret", context("u_anna"))
    assert (await notes.notes_list(context("u_bert")))["notes"] == []
    assert (await notes.notes_search("secret", context("u_bert")))["notes"] == []
    with pytest.raises(ToolFailed, match="there is no note"):
        await notes.notes_delete(added["note_id"], context("u_bert"))


async def test_blank_texts_and_searches_are_refused(notes: NoteTools) -> None:
    with pytest.raises(ToolFailed, match="text"):
        await notes.notes_add("  \n", context())
    with pytest.raises(ToolFailed, match="query"):
        await notes.notes_search("  ", context())


def test_the_user_comes_from_the_context_and_is_no_argument(notes: NoteTools) -> None:
    for tool in notes.tools():
        assert tool.injected == {"user": Injected.CONTEXT}
        assert "user" not in tool.parameters["properties"]
        with pytest.raises(InvalidArguments):
            tool.validate({"user": "u_bert"})


@pytest.mark.parametrize(
    ("index", "arguments"),
    [
        (0, {"text": "x" * 10_001}),
        (0, {"text": ""}),
        (1, {"query": "x" * 201}),
        (2, {"limit": 0}),
        (2, {"limit": 101}),
    ],
)
def test_sizes_are_bounded(notes: NoteTools, index: int, arguments: dict[str, object]) -> None:
    with pytest.raises(InvalidArguments):
        notes.tools()[index].validate(arguments)


async def test_the_system_status_is_read_anew_and_for_administrators_only() -> None:
    readings = iter([{"runs": 1}, {"runs": 2}])
    toolkit = build(SystemTools, lambda: next(readings))
    (tool,) = toolkit.tools()
    assert tool.admin
    assert tool.parameters["properties"] == {}
    assert [await toolkit.system_status(), await toolkit.system_status()] == [{"runs": 1}, {"runs": 2}]
