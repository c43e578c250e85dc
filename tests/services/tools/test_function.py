"""A typed function becomes a tool: schema, validation, and clear words where it cannot."""

from enum import Enum
from typing import Annotated, Any

import pytest
from pydantic import Field

from services.context import UserExecutionContext
from services.tools import InvalidArguments, ToolDefinitionError, tool, tool_from_function
from services.tools.tool import Injected


class Size(Enum):
    SMALL = "small"
    LARGE = "large"


async def order(
    what: str,
    size: Size = Size.SMALL,
    count: Annotated[int, Field(ge=1, le=9, description="how many")] = 1,
    user: UserExecutionContext | None = None,
) -> str:
    """Order something to eat.

    It is brought to the table.

    Args:
        what (str): the dish,
            as it stands on the card
        size: how large
    """
    return f"{count} {size.value} {what}"


def test_the_schema_says_what_the_signature_and_the_docstring_say():
    made = tool_from_function(order)
    properties = made.parameters["properties"]
    assert made.description == "Order something to eat.\nIt is brought to the table."
    assert list(properties) == ["what", "size", "count"]
    assert properties["what"]["description"] == "the dish, as it stands on the card"
    assert properties["count"]["description"] == "how many"
    assert made.parameters["required"] == ["what"]
    assert (made.is_async, made.injected) == (True, {"user": Injected.CONTEXT})


def test_arguments_become_typed_values_and_defaults_are_filled_in():
    valid = tool_from_function(order).validate({"what": "soup", "count": "3"})
    assert valid == {"what": "soup", "size": Size.SMALL, "count": 3}


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({}, "what"),
        ({"what": 1}, "what"),
        ({"what": "x", "count": 99}, "count"),
        ({"what": "x", "y": 1}, "y"),
    ],
)
def test_each_wrong_field_is_named(arguments, field):
    with pytest.raises(InvalidArguments, match=field) as refusal:
        tool_from_function(order).validate(arguments)
    assert [error.field for error in refusal.value.errors] == [field]


def test_open_keyword_arguments_are_passed_on():
    def free(a: int, **rest: Any) -> None: ...

    assert tool_from_function(free).validate({"a": 1, "b": 2}) == {"a": 1, "b": 2}


def test_a_name_may_clash_with_anything():
    def odd(schema: int, model_config: int, _x: int = 0) -> None: ...

    assert tool_from_function(odd).validate({"schema": 1, "model_config": 2}) == {
        "schema": 1,
        "model_config": 2,
        "_x": 0,
    }


def test_a_parameter_without_a_hint_takes_anything():
    assert tool_from_function(lambda value: value, name="any").validate({"value": [1]}) == {"value": [1]}


def test_an_object_with_an_async_call_is_asynchronous():
    class Caller:
        async def __call__(self, n: int) -> int:
            return n

    assert tool_from_function(Caller(), name="caller").is_async


def positional(a: int, /) -> None: ...


def spread(*values: int) -> None: ...


def unknown(a: "Nowhere") -> None: ...  # type: ignore[name-defined] # noqa: F821


def unreadable(a: object()) -> None: ...  # type: ignore[valid-type]


@pytest.mark.parametrize(
    ("function", "words"),
    [(positional, "by keyword"), (spread, "by keyword"), (unknown, "Nowhere"), (unreadable, "type hint")],
)
def test_what_cannot_be_a_tool_is_refused_by_name_with_the_reason(function, words):
    with pytest.raises(ToolDefinitionError, match=words) as refusal:
        tool_from_function(function)
    assert function.__name__ in str(refusal.value)


@pytest.mark.parametrize("name", ["", "two words", "-dash", "x" * 129])
def test_a_name_must_be_usable(name):
    with pytest.raises(ToolDefinitionError, match="letters"):
        tool_from_function(lambda: None, name=name or " ")


def test_marks_are_read_from_the_decorator_or_from_attributes():
    @tool(admin=True, timeout=3)
    def guarded() -> None: ...

    def marked() -> None: ...

    marked.requires_approval = True  # type: ignore[attr-defined]
    assert (tool_from_function(guarded).admin, tool_from_function(guarded).timeout) == (True, 3)
    assert tool_from_function(marked).requires_approval


def test_a_field_as_default_is_taken_as_it_is():
    def pick(count: int = Field(3, ge=1, le=9, description="how many")) -> int:
        """Pick.

        Args:

            count: not this
        """
        return count

    made = tool_from_function(pick)
    schema = made.parameters["properties"]["count"]
    assert (schema["default"], schema["maximum"], schema["description"]) == (3, 9, "how many")
    with pytest.raises(InvalidArguments):
        made.validate({"count": 10})
