"""The model whose replies a test writes."""

import anyio
import pytest

from adapters.models.replies import RepliesModel, call
from services.ports.models import Message, ModelError, Reply, TextDelta, ToolRequest


async def told(model: RepliesModel, text: str = "hi") -> Reply:
    pieces = [piece async for piece in model.stream([Message("user", text)])]
    reply = pieces[-1]
    assert isinstance(reply, Reply)
    assert [p.text for p in pieces[:-1] if isinstance(p, TextDelta)] == ([reply.text] if reply.text else [])
    return reply


async def test_steps_are_answered_in_order() -> None:
    with RepliesModel(call("add", a=1), [call("add", a=2), call("add", a=3)], "done") as model:
        assert (await told(model)).tool_requests == (ToolRequest("request_1", "add", {"a": 1}),)
        assert [r.id for r in (await told(model)).tool_requests] == ["request_2", "request_3"]
        assert (await told(model)).text == "done"


async def test_a_step_may_be_a_whole_reply_or_made_from_the_messages() -> None:
    with RepliesModel(Reply("whole"), lambda messages, tools: f"you said {messages[-1].content}") as model:
        assert (await told(model)).text == "whole"
        assert (await told(model, "hey")).text == "you said hey"


async def test_a_step_may_be_an_error() -> None:
    model = RepliesModel(ModelError("busy", retryable=True), "after all")
    with pytest.raises(ModelError, match="busy"):
        await told(model)
    assert (await told(model)).text == "after all"


async def test_a_request_of_ones_own_keeps_its_id() -> None:
    assert (await told(RepliesModel(ToolRequest("mine", "add", {})))).tool_requests[0].id == "mine"


async def test_steps_left_over_are_reported() -> None:
    with pytest.raises(AssertionError, match="not used"), RepliesModel("never asked for"):
        pass


async def test_an_error_in_the_test_is_not_hidden_by_steps_left_over() -> None:
    with pytest.raises(ZeroDivisionError), RepliesModel("never asked for"):
        raise ZeroDivisionError


async def test_asking_more_often_than_there_are_steps_is_an_error_naming_the_question() -> None:
    with pytest.raises(AssertionError, match="hi"):
        await told(RepliesModel())


async def test_an_answer_stands_for_every_further_question() -> None:
    model = RepliesModel("first", answer="always")
    assert [(await told(model)).text for _ in range(3)] == ["first", "always", "always"]
    model.assert_used()
    assert len(model.asked) == 3


async def test_conversations_at_once_take_only_their_own_steps() -> None:
    questions = [f"question {n}" for n in range(20)]
    got: dict[str, list[str]] = {question: [] for question in questions}
    steps = {question: [f"one for {question}", f"two for {question}"] for question in questions}
    with RepliesModel(per_conversation=steps) as model:

        async def converse(question: str) -> None:
            for _ in range(2):
                got[question].append((await told(model, question)).text)
                await anyio.lowlevel.checkpoint()

        async with anyio.create_task_group() as group:
            for question in questions:
                group.start_soon(converse, question)
    assert got == steps
