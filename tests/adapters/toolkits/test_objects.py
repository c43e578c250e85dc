from typing import Annotated, Any

import pytest
from pydantic import BaseModel, ConfigDict, Field, create_model

from adapters.toolkits.json_arguments import faults
from adapters.toolkits.objects import RUN_METHODS, tool_from_object
from services.tools import InvalidArguments, Tool, ToolDefinitionError, ToolFailed, tool, tool_from_function


def refusal(candidate: object) -> str:
    with pytest.raises(ToolDefinitionError) as caught:
        tool_from_object(candidate)
    return str(caught.value)


def add(left: int, right: int = 1) -> int:
    """Add two numbers."""
    return left + right


def test_functions_and_finished_tools_are_taken_as_they_are() -> None:
    made = tool_from_object(add)
    assert (made.name, made.description) == ("add", "Add two numbers.")
    assert tool_from_object(made) is made


@pytest.mark.parametrize("method", RUN_METHODS)
def test_an_object_with_a_name_and_a_run_method_is_a_tool(method: str) -> None:
    def run(self: object, text: str) -> str:
        return text * 2

    candidate = type("Echo", (), {"name": "echo-2", "description": "Say it twice.", method: run})()
    made = tool_from_object(candidate)
    assert (made.name, made.description, made.is_async) == ("echo-2", "Say it twice.", False)
    assert made.function(**made.validate({"text": "a"})) == "aa"


async def test_an_async_run_method_is_awaited() -> None:
    class Echo:
        name = "echo"

        async def arun(self, text: str) -> str:
            """Say it."""
            return text

    made = tool_from_object(Echo())
    assert (made.is_async, made.description) == (True, "Say it.")
    assert await made.function(text="a") == "a"


def test_marks_stand_on_the_object_or_on_its_method() -> None:
    class OnObject:
        name, admin, requires_approval, timeout = "a", True, True, 5

        def run(self) -> int:
            return 1

    class OnMethod:
        name = "b"

        @tool(admin=True, timeout=2.0)
        def run(self) -> int:
            return 1

    first, second = tool_from_object(OnObject()), tool_from_object(OnMethod())
    assert (first.admin, first.requires_approval, first.timeout) == (True, True, 5.0)
    assert (second.admin, second.requires_approval, second.timeout) == (True, False, 2.0)


class Nameless:
    def run(self) -> int:
        return 1


class Idle:
    name = "idle"


@pytest.mark.parametrize(
    ("candidate", "words"),
    [
        (3, "tool int: is no tool"),
        (None, "tool NoneType: is no tool"),
        (Nameless(), "tool Nameless: is no tool"),
        (Nameless, "an instance, not the class"),
        (Idle(), "tool idle: has no run method: give it one of run, arun"),
        (type("Blank", (), {"name": "", "run": add})(), "tool Blank: is no tool"),
    ],
)
def test_anything_else_is_refused_by_name(candidate: object, words: str) -> None:
    assert words in refusal(candidate)


class Message:
    def __init__(self, content: object, artifact: object = None, status: str = "success") -> None:
        self.content, self.artifact, self.status = content, artifact, status


class Words(BaseModel):
    """Some words."""

    text: str
    times: int = Field(1, ge=1)


class Chain:
    """Offers what a LangChain tool offers."""

    name = "chain"
    description = "Repeats words."
    args_schema: Any = None

    def __init__(self, schema: Any = Words, answer: object = None) -> None:
        self.tool_call_schema, self.answer = schema, answer
        self.calls: list[dict[str, Any]] = []

    async def ainvoke(self, call: dict[str, Any]) -> object:
        self.calls.append(call)
        return Message(call["args"]) if self.answer is None else self.answer


async def call(made: Tool, **arguments: object) -> object:
    return await made.function(**made.validate(arguments))


async def test_a_langchain_tool_is_called_with_a_tool_call() -> None:
    chain = Chain()
    made = tool_from_object(chain)
    assert (made.name, made.description, made.is_async) == ("chain", "Repeats words.", True)
    assert made.parameters["required"] == ["text"]
    assert "title" not in made.parameters
    assert await call(made, text="a") == {"text": "a"}
    await call(made, text="b")
    first, second = chain.calls
    assert (first["type"], first["name"], first["args"]) == ("tool_call", "chain", {"text": "a"})
    assert first["id"] != second["id"]


async def test_an_artifact_comes_with_the_content() -> None:
    made = tool_from_object(Chain(answer=Message("drawn", artifact=[1, 2])))
    assert await call(made, text="a") == {"content": "drawn", "artifact": [1, 2]}
    assert await call(tool_from_object(Chain(answer=7)), text="a") == 7


async def test_a_message_with_status_error_is_a_failure_in_the_tools_own_words() -> None:
    made = tool_from_object(Chain(answer=Message("the shop is closed", status="error")))
    with pytest.raises(ToolFailed, match="the shop is closed"):
        await call(made, text="a")


@pytest.mark.parametrize("schema", [Words, Words.model_json_schema()])
@pytest.mark.parametrize(
    "arguments", [{}, {"text": 3}, {"text": "a", "other": 1}, {"text": "a", "times": "x"}]
)
def test_arguments_are_checked_before_a_langchain_tool_sees_them(
    schema: Any, arguments: dict[str, Any]
) -> None:
    chain = Chain(schema)
    with pytest.raises(InvalidArguments) as caught:
        tool_from_object(chain).validate(arguments)
    assert len(caught.value.errors) == 1
    assert chain.calls == []


def test_a_model_that_allows_further_arguments_is_believed() -> None:
    class Open(BaseModel):
        model_config = ConfigDict(extra="allow")
        text: str

    assert tool_from_object(Chain(Open)).validate({"text": "a", "more": 1}) == {"text": "a", "more": 1}


def test_without_a_schema_any_arguments_are_handed_on() -> None:
    chain = Chain(None)
    chain.args_schema = None
    assert tool_from_object(chain).validate({"anything": 1}) == {"anything": 1}


def test_a_schema_of_the_old_kind_is_read_through_its_own_method() -> None:
    class Old:
        @staticmethod
        def schema() -> dict[str, Any]:
            return {"properties": {"x": {"type": "integer"}}, "required": ["x"]}

    made = tool_from_object(Chain(Old()))
    with pytest.raises(InvalidArguments):
        made.validate({})
    assert made.validate({"x": 1}) == {"x": 1}


class ToolRuntime:
    pass


class InjectedState:
    pass


class InjectedToolCallId:
    pass


def asking(annotation: Any, default: Any = ...) -> Chain:
    chain = Chain()
    config = ConfigDict(arbitrary_types_allowed=True)
    chain.args_schema = create_model(
        "Whole", __config__=config, text=(str, ...), wanted=(annotation, default)
    )
    return chain


@pytest.mark.parametrize(
    ("annotation", "default", "words"),
    [
        (ToolRuntime, ..., "parameter wanted (ToolRuntime)"),
        (ToolRuntime | None, None, "ToolRuntime"),
        (Annotated[dict[str, Any], InjectedState], ..., "parameter wanted (InjectedState)"),
        (Annotated[dict[str, Any], InjectedState()], ..., "parameter wanted (InjectedState)"),
    ],
)
def test_what_only_langchains_agents_can_give_is_refused(annotation: Any, default: Any, words: str) -> None:
    assert words in refusal(asking(annotation, default))


def test_the_id_of_the_call_is_given_and_optional_extras_are_left_out() -> None:
    assert tool_from_object(asking(Annotated[str, InjectedToolCallId])).name == "chain"
    assert tool_from_object(asking(str | None, None)).name == "chain"


def test_a_schema_that_langchain_infers_is_asked_for() -> None:
    class Inferring(Chain):
        def get_input_schema(self) -> type[BaseModel]:
            return create_model("Whole", wanted=(int, ...))

    assert "parameter wanted (int)" in refusal(Inferring())


def test_a_name_that_no_model_could_call_is_refused() -> None:
    chain = Chain()
    chain.name = "two words"
    assert "names are 1 to 128" in refusal(chain)


TREE = {
    "type": "object",
    "properties": {
        "kind": {"enum": ["a", "b"]},
        "fixed": {"const": 1},
        "tree": {"$ref": "#/$defs/Tree"},
        "either": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        "both": {"allOf": [{"type": "integer"}, {"enum": [1, 2]}]},
        "free": {"type": "object", "additionalProperties": {"type": "number"}},
        "many": {"type": ["array", "null"], "items": {"type": "integer"}},
        "odd": {"type": "colour"},
        "lost": {"$ref": "#/$defs/Gone"},
        "any": True,
    },
    "$defs": {
        "Tree": {
            "type": "object",
            "properties": {"value": {"type": "integer"}, "next": {"$ref": "#/$defs/Tree"}},
            "required": ["value"],
        }
    },
}


@pytest.mark.parametrize(
    ("arguments", "fields"),
    [
        ({}, []),
        ({"kind": "c"}, ["kind"]),
        ({"fixed": 2}, ["fixed"]),
        ({"tree": {"value": 1, "next": {"value": "x"}}}, ["tree.next.value"]),
        ({"tree": {"next": {"value": 1}}}, ["tree.value"]),
        ({"either": 1}, ["either"]),
        ({"either": None}, []),
        ({"both": 3}, ["both"]),
        ({"free": {"x": 1.5, "y": "z"}}, ["free.y"]),
        ({"many": [1, "x", 2.0, True]}, ["many.1", "many.3"]),
        ({"many": None}, []),
        ({"odd": 1, "lost": 1, "any": [1]}, []),
        ({"unknown": 1, "kind": 3}, ["unknown", "kind"]),
    ],
)
def test_a_bare_json_schema_is_checked_field_by_field(arguments: dict[str, Any], fields: list[str]) -> None:
    assert [fault.field for fault in faults(TREE, arguments)] == fields


def test_a_value_nested_without_end_is_not_followed_without_end() -> None:
    deep: dict[str, Any] = {"value": 1}
    for _ in range(500):
        deep = {"value": 1, "next": deep}
    assert faults(TREE, {"tree": deep}) == []
    assert faults({"properties": {"x": {"$ref": "#/properties/x"}}}, {"x": 1}) == []


def test_an_old_function_tool_still_refuses_unknown_arguments() -> None:
    with pytest.raises(InvalidArguments):
        tool_from_function(add).validate({"left": 1, "extra": 2})
