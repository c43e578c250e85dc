"""What the scripted model does beside answering right: several tools and turns, honesty, streaming."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.models.scripted import ScriptedModel
from adapters.models.scripted.text import word_list
from services.errors import WiringError
from services.ports.models import Message, Reply, TextDelta, ToolSchema
from tests.adapters.models.schemas import BUILTIN
from tests.adapters.models.world import World
from tests.build import build


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


async def test_two_questions_are_asked_in_one_turn(world: World) -> None:
    question = [Message("user", "What is 17 % of 2,340, and what time is it in Tokyo?")]
    reply = await world.reply(question)
    assert [r.name for r in reply.tool_requests] == ["calculate", "current_time"]
    assert len({r.id for r in reply.tool_requests}) == 2


async def test_ids_stay_different_over_the_turns(world: World) -> None:
    told = await world.ask("Calculate 12 * 12 and save the result as a note")
    assert told.names == ["calculate", "notes_add"]
    assert len({call.id for call in told.calls}) == 2
    assert "144" in world.notes.kept[0].text


async def test_notes_are_kept_found_listed_and_deleted(world: World) -> None:
    await world.ask("Remember that my locker code is 4711")
    assert world.notes.kept[0].text == "my locker code is 4711"
    assert "4711" in (await world.ask("What did I note about the locker?")).answer
    assert "4711" in (await world.ask("what is my locker code?")).answer
    assert "4711" in (await world.ask("show me all my notes")).answer
    await world.ask(f"Delete note {world.notes.kept[0].note_id}, please")
    assert world.notes.kept == []


@pytest.mark.parametrize(
    "wording",
    [
        "Note: {}", "Please note that {}", "Take a note: {}", "Make a note that {}", "Add a note saying '{}'",
        "Jot down that {}", "Don't forget that {}", 'Save "{}" as a note', "Can you remember {}?",
        "Write down: {}", "put '{}' in my notes",
    ],
)  # fmt: skip
async def test_many_ways_to_keep_a_note_keep_its_text(wording: str, world: World) -> None:
    await world.ask(wording.format("the keys are under the mat and the cat is fed"))
    assert [note.text for note in world.notes.kept] == ["the keys are under the mat and the cat is fed"]


async def test_a_note_is_deleted_by_what_it_says_only_when_it_is_the_only_one(world: World) -> None:
    await world.ask("Remember that milk is out")
    await world.ask("Remember that milk is white")
    assert "which id" in (await world.ask("delete the note about milk")).answer
    await world.ask("delete the note about white")
    assert [note.text for note in world.notes.kept] == ["milk is out"]


async def test_what_no_tool_can_do_is_said_and_what_they_can_do_is_named(world: World) -> None:
    told = await world.ask("Write me a poem about the sea")
    assert told.calls == []
    assert "cannot" in told.answer
    assert "Calculate" in told.answer


async def test_the_part_that_cannot_be_done_is_named_beside_the_answer(world: World) -> None:
    told = await world.ask("Sing a song and tell me what 3 plus 4 is")
    assert "7" in told.answer
    assert "Sing a song" in told.answer


@pytest.mark.parametrize(
    "question",
    [
        "What is 1 divided by 0?",
        "What's the time in Zorbville?",
        "average price in missing.csv",
        "delete note n_99",
    ],
)
async def test_a_failed_call_is_told_plainly_and_never_repeated(question: str, world: World) -> None:
    told = await world.ask(question)
    assert "could not" in told.answer
    assert len(told.calls) == 1


async def test_without_a_file_a_table_question_asks_for_one(world: World) -> None:
    assert "Which file" in (await world.ask("What is the average price per city?")).answer


async def test_without_tools_it_says_so() -> None:
    reply = build(ScriptedModel).reply([Message("user", "What is 2 + 2?")])
    assert "no tools" in reply.text


@pytest.mark.parametrize("text", ["hello", "Hi there!", "thanks", "what can you do?", "Good morning", "bye"])
async def test_small_talk_gets_a_friendly_answer(text: str, world: World) -> None:
    told = await world.ask(text)
    assert told.calls == []
    assert "cannot" not in told.answer


async def test_the_answer_is_streamed_in_pieces_that_make_the_reply() -> None:
    pieces = [
        piece async for piece in build(ScriptedModel).stream([Message("user", "what can you sing for me?")])
    ]
    reply = pieces[-1]
    assert isinstance(reply, Reply)
    assert len(pieces) > 2
    assert "".join(p.text for p in pieces[:-1] if isinstance(p, TextDelta)) == reply.text
    assert reply.usage.input_tokens > 0
    assert reply.usage.output_tokens > 0


def test_only_the_container_builds_it() -> None:
    with pytest.raises(WiringError):
        ScriptedModel()


@given(st.text(max_size=200))
@settings(deadline=None, max_examples=200)
def test_no_text_makes_it_fail(text: str) -> None:
    schemas = [
        ToolSchema(
            "calculate",
            "Calculate",
            {"type": "object", "properties": {"expression": {"type": "string"}}, "required": ["expression"]},
        )
    ]
    assert isinstance(build(ScriptedModel).reply([Message("user", text)], schemas), Reply)


_PIECES = st.sampled_from(
    word_list(
        """
        what is the average price per city 17 % of 2,340 and in Tokyo time 3 pm at remember that note delete
        who where top 5 by highest ( ) + - * / , . ? ! : ' " between 10 twenty two hundred over file.csv rows
        columns convert miles to km dice
        """
    )
)


@given(st.lists(_PIECES, max_size=25))
@settings(deadline=None, max_examples=300)
def test_no_jumble_of_its_own_words_makes_it_fail(words: list[str]) -> None:
    messages = [
        Message("system", "x\nAttached files: t.csv (file_id: f_1)"),
        Message("user", " ".join(words)),
    ]
    assert isinstance(build(ScriptedModel).reply(messages, BUILTIN), Reply)


async def test_results_that_are_no_json_are_told_as_they_are(world: World) -> None:
    question = Message("user", "What is 2 + 3?")
    reply = await world.reply([question])
    cut = Message(
        "tool", "5 and then it was cut", request_id=reply.tool_requests[0].id, tool_name="calculate"
    )
    told = await world.reply([question, Message("assistant", "", reply.tool_requests), cut])
    assert "5 and then it was cut" in told.text


async def test_it_says_the_same_each_time(world: World) -> None:
    question = [Message("user", "What is 17 % of 2,340, and what time is it in Tokyo?")]
    first, second = await world.reply(question), await world.reply(question)
    assert json.dumps([dict(r.arguments) for r in first.tool_requests]) == json.dumps(
        [dict(r.arguments) for r in second.tool_requests]
    )


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What is the time difference between Tokyo and London?", "Tokyo is **9 hours** ahead of London."),
        ("How far behind is New York of Paris?", "New York is **6 hours** behind Paris."),
        ("time difference between Paris and Berlin", "Paris and Berlin have the same time."),
    ],
)
async def test_zones_are_compared(question: str, expected: str, world: World) -> None:
    assert (await world.ask(question)).answer == expected


async def test_the_last_answer_of_the_conversation_can_be_kept(world: World) -> None:
    history = [Message("user", "What is 6 * 7?"), Message("assistant", "6 * 7 is **42**.")]
    await world.ask("save that as a note", history=history)
    assert world.notes.kept[0].text == "6 * 7 is 42."


async def test_without_a_result_nothing_is_kept(world: World) -> None:
    assert "no result" in (await world.ask("save the result as a note")).answer
    assert world.notes.kept == []
