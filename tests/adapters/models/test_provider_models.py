"""Provider models against a server of our own that speaks OpenAI's chat completions over a real socket."""

import json
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import anyio
import pytest
from pydantic import SecretStr
from pydantic_ai import messages as wire
from pydantic_ai.exceptions import ModelHTTPError

from adapters.models.choice import model_class
from adapters.models.pydantic_ai import PydanticAIModel
from adapters.models.pydantic_ai_errors import model_error
from adapters.models.pydantic_ai_stream import NOT_JSON, delta
from adapters.models.scripted import ScriptedModel
from services.errors import InvalidInput
from services.ports.models import Message, ModelError, TextDelta, ThinkingDelta, ToolRequest, ToolSchema
from tests.adapters.models.openai_server import Provider, chunk, finish, serving, tool_chunk
from tests.build import build

KEY = "sk-very-secret-key-4711"
ADD = ToolSchema("math.add", "Add", {"type": "object", "properties": {"a": {"type": "integer"}}})


@asynccontextmanager
async def asking(
    respond: Callable[..., Any], seconds: float = 20
) -> AsyncIterator[tuple[PydanticAIModel, Provider]]:
    async with serving(respond) as provider:
        given = build(
            PydanticAIModel, "openai:gpt-5", base_url=provider.url, api_key=SecretStr(KEY), timeout=seconds
        )
        async with given as model:
            yield model, provider


async def told(model: PydanticAIModel, *messages: Message, tools: tuple[ToolSchema, ...] = ()) -> list[Any]:
    return [piece async for piece in model.stream(messages or [Message("user", "hi")], tools)]


async def test_text_arrives_in_pieces_and_last_the_whole_reply_with_usage() -> None:
    async with asking(lambda _: [chunk("Hel"), chunk("lo!"), *finish(usage=(11, 3))]) as (model, _):
        *deltas, reply = await told(model)
        assert [d.text for d in deltas if isinstance(d, TextDelta)] == ["Hel", "lo!"]
        assert reply.text == "Hello!"
        assert (reply.usage.input_tokens, reply.usage.output_tokens) == (11, 3)


async def test_a_tool_call_goes_round_with_its_name_and_id_as_given() -> None:
    async with asking(
        lambda _: [tool_chunk(0, "c1", "math_add", '{"a":'), tool_chunk(0, None, None, " 5}"), *finish()]
    ) as (model, provider):
        *_, reply = await told(model, tools=(ADD,))
        assert reply.tool_requests == (ToolRequest("c1", "math.add", {"a": 5}),)
        answered = Message("tool", '{"sum": 6}', request_id="c1", tool_name="math.add")
        await told(
            model,
            Message("system", "Be brief."),
            Message("user", "hi"),
            Message("assistant", "", reply.tool_requests),
            answered,
        )
        sent = provider.bodies[-1]["messages"]
        assert [m["role"] for m in sent] == ["system", "user", "assistant", "tool"]
        assert sent[2]["tool_calls"][0]["function"]["name"] == "math_add"
        assert (sent[3]["tool_call_id"], sent[3]["content"]) == ("c1", '{"sum": 6}')


async def test_parallel_tool_calls_are_all_requested() -> None:
    calls = [
        tool_chunk(0, "c1", "math_add", '{"a": 1}'),
        tool_chunk(1, "c2", "math_add", '{"a": 2}'),
        *finish(),
    ]
    async with asking(lambda _: calls) as (model, _):
        *_, reply = await told(model, tools=(ADD,))
        assert [(r.id, r.arguments["a"]) for r in reply.tool_requests] == [("c1", 1), ("c2", 2)]


@pytest.mark.parametrize("broken", ['{"a": ', "[1, 2]", "nonsense"])
async def test_arguments_that_are_no_json_object_become_a_request_no_tool_accepts(broken: str) -> None:
    async with asking(lambda _: [tool_chunk(0, "c1", "math_add", broken), *finish()]) as (model, _):
        *_, reply = await told(model, tools=(ADD,))
        assert reply.tool_requests[0].arguments == {NOT_JSON: broken}


async def test_the_history_sent_on_holds_broken_arguments_as_json() -> None:
    async with asking(lambda _: [chunk("ok"), *finish()]) as (model, provider):
        request = ToolRequest("c1", "math.add", {NOT_JSON: "{"})
        await told(
            model,
            Message("user", "hi"),
            Message("assistant", "", (request,)),
            Message("tool", "{}", request_id="c1", tool_name="math.add"),
        )
        arguments = provider.bodies[-1]["messages"][1]["tool_calls"][0]["function"]["arguments"]
        assert json.loads(arguments) == {NOT_JSON: "{"}


@pytest.mark.parametrize(
    ("status", "retryable", "says"),
    [
        (401, False, "models.api_key"),
        (404, False, "models.name"),
        (429, True, "rate limit"),
        (500, True, "failed"),
        (400, False, "rejected"),
        (503, True, "not available"),
    ],
)
async def test_a_refusal_tells_whether_to_try_again_and_never_the_key(
    status: int, retryable: bool, says: str
) -> None:
    async with asking(lambda _: (status, {"error": {"message": f"bad key {KEY}"}})) as (model, provider):
        with pytest.raises(ModelError) as caught:
            await told(model)
        assert caught.value.retryable is retryable
        assert says in caught.value.detail
        assert KEY not in str(caught.value)
        assert len(provider.bodies) == 1


async def test_the_key_goes_to_the_provider_and_nowhere_else() -> None:
    async with asking(lambda _: [chunk("ok"), *finish()]) as (model, provider):
        await told(model)
        assert provider.headers[-1]["authorization"] == f"Bearer {KEY}"
        assert KEY not in repr(vars(model))


async def test_a_connection_cut_in_mid_stream_is_an_error_worth_a_retry() -> None:
    async with asking(lambda _: [chunk("Hel"), "cut"]) as (model, _):
        with pytest.raises(ModelError) as caught:
            await told(model)
        assert caught.value.retryable


async def test_a_stream_that_ends_without_saying_anything_is_an_error() -> None:
    async with asking(lambda _: []) as (model, _):
        with pytest.raises(ModelError) as caught:
            await told(model)
        assert caught.value.retryable


async def test_nobody_listening_is_an_error_worth_a_retry() -> None:
    async with build(
        PydanticAIModel, "openai:gpt-5", base_url="http://127.0.0.1:9/v1", api_key=SecretStr(KEY)
    ) as model:
        with pytest.raises(ModelError) as caught:
            await told(model)
        assert caught.value.retryable


async def test_a_provider_that_is_too_slow_is_given_up() -> None:
    async with asking(lambda _: "wait", seconds=0.2) as (model, _):
        with pytest.raises(ModelError, match="in time"):
            await told(model)


async def test_cancelling_closes_the_connection() -> None:
    async with asking(lambda _: [chunk("Hel"), "wait"]) as (model, provider):
        async with anyio.create_task_group() as group:

            async def listen() -> None:
                async for _ in model.stream([Message("user", "hi")]):
                    group.cancel_scope.cancel()

            group.start_soon(listen)
        with anyio.fail_after(10):
            await provider.gone.wait()


async def test_closing_the_stream_early_closes_the_connection() -> None:
    async with asking(lambda _: [chunk("Hel"), "wait"]) as (model, provider):
        stream = model.stream([Message("user", "hi")])
        assert await anext(stream) == TextDelta("Hel")
        await stream.aclose()
        with anyio.fail_after(10):
            await provider.gone.wait()


async def test_a_model_that_was_not_entered_says_so() -> None:
    with pytest.raises(ModelError, match="not open"):
        await told(build(PydanticAIModel, "openai:gpt-5"))


async def enter(name: str, **given: Any) -> str:
    with pytest.raises(InvalidInput) as caught:
        async with build(PydanticAIModel, name, **given):
            pass
    return str(caught.value)


async def test_an_unknown_provider_names_the_setting_and_examples() -> None:
    problem = await enter("nosuch:model", api_key=SecretStr(KEY))
    assert "models.name" in problem
    assert "openai:gpt-5" in problem


async def test_a_missing_key_names_the_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    assert "models.api_key" in await enter("openai:gpt-5")


async def test_a_missing_extra_names_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "adapters.models.pydantic_ai_provider", None)
    assert "pip install 'soledoor[models]'" in await enter("openai:gpt-5")


def test_the_setting_says_which_class() -> None:
    assert model_class("scripted") is ScriptedModel
    assert model_class("anthropic:claude-sonnet-4-5") is PydanticAIModel


@pytest.mark.parametrize("name", ["gpt-5", "", "openai:", ":gpt-5"])
def test_a_setting_that_means_nothing_is_refused_by_name(name: str) -> None:
    with pytest.raises(InvalidInput, match=r"models\.name"):
        model_class(name)


async def test_a_provider_without_its_package_names_the_package() -> None:
    assert "pydantic-ai-slim[bedrock]" in await enter("bedrock:some-model")


async def test_a_setting_the_provider_does_not_use_is_refused_by_name() -> None:
    assert "models.base_url" in await enter(
        "deepseek:deepseek-chat", base_url="http://127.0.0.1:9", api_key=SecretStr(KEY)
    )


def test_thinking_is_told_apart_from_the_answer() -> None:
    start = wire.PartStartEvent(index=0, part=wire.ThinkingPart("let me"))
    more = wire.PartDeltaEvent(index=0, delta=wire.ThinkingPartDelta(content_delta=" see"))
    assert [delta(start), delta(more)] == [ThinkingDelta("let me"), ThinkingDelta(" see")]
    assert delta(wire.PartStartEvent(index=0, part=wire.ThinkingPart(""))) is None
    assert delta(wire.PartStartEvent(index=0, part=wire.ToolCallPart("add"))) is None


@pytest.mark.parametrize(("status", "retryable"), [(418, False), (599, True)])
def test_an_unusual_status_is_still_an_error_of_ours(status: int, retryable: bool) -> None:
    assert model_error(ModelHTTPError(status, "gpt-5", body=KEY)).retryable is retryable
