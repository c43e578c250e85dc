"""How a LangChain tool becomes one of ours, by what it offers and without importing LangChain.

Such a tool is always called through ``ainvoke`` with a tool-call dictionary: it then threads synchronous
tools itself and answers with content, artifact and status.
"""

import uuid
from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeGuard

from pydantic import BaseModel, ValidationError

from adapters.toolkits.json_arguments import faults
from services.errors import FieldError
from services.tools.function import TOOL_NAME
from services.tools.tool import InvalidArguments, Tool, ToolDefinitionError, ToolFailed

_GIVEN_BY_CALL = "InjectedToolCallId"


class LangChainTool(Protocol):
    """The part of LangChain's ``BaseTool`` that is used."""

    name: str
    description: str

    async def ainvoke(self, input: Any) -> Any:  # noqa: A002 - LangChain's name
        """Run the tool."""


def is_langchain_tool(candidate: object) -> TypeGuard[LangChainTool]:
    """Tell whether the object offers what a LangChain tool offers."""
    return (
        not isinstance(candidate, type)
        and isinstance(getattr(candidate, "name", None), str)
        and callable(getattr(candidate, "ainvoke", None))
        and (hasattr(candidate, "tool_call_schema") or hasattr(candidate, "args_schema"))
    )


def tool_from_langchain(source: LangChainTool) -> Tool:
    """Return the tool; raises ``ToolDefinitionError`` when it needs what only LangChain's agents give."""
    name = source.name
    if not TOOL_NAME.fullmatch(name):
        raise ToolDefinitionError(name, "names are 1 to 128 letters, digits, dashes, dots or underscores")
    shape = getattr(source, "tool_call_schema", None) or getattr(source, "args_schema", None)
    schema = _schema(shape)
    _refuse_injected(source, schema)
    return Tool(
        name=name,
        description=str(getattr(source, "description", "") or name.replace("_", " ")),
        parameters=schema,
        validate=_validator(name, shape, schema),
        function=_caller(source),
        is_async=True,
        admin=getattr(source, "admin", False) is True,
        requires_approval=getattr(source, "requires_approval", False) is True,
    )


def _schema(shape: Any) -> dict[str, Any]:
    if shape is None:
        schema: dict[str, Any] = {"additionalProperties": True}
    elif isinstance(shape, Mapping):
        schema = dict(shape)
    elif hasattr(shape, "model_json_schema"):
        schema = shape.model_json_schema()
    else:
        schema = shape.schema()
    schema.pop("title", None)
    schema.pop("description", None)
    return {**schema, "type": "object", "properties": schema.get("properties", {})}


def _refuse_injected(source: LangChainTool, visible: Mapping[str, Any]) -> None:
    """Whatever the tool needs and neither the model nor the call gives would be missing at every call."""
    whole = getattr(source, "args_schema", None)
    if whole is None and callable(infer := getattr(source, "get_input_schema", None)):
        whole = infer()
    for field_name, info in getattr(whole, "model_fields", {}).items():
        marks = {getattr(mark, "__name__", type(mark).__name__) for mark in info.metadata}
        wanted = ", ".join(sorted(marks)) or getattr(info.annotation, "__name__", str(info.annotation))
        needed = info.is_required() or "ToolRuntime" in str(info.annotation)
        if field_name in visible["properties"] or _GIVEN_BY_CALL in marks or not needed:
            continue
        cure = "make it optional, or write the tool as a typed function"
        raise ToolDefinitionError(
            source.name, f"only LangChain's own agents fill its parameter {field_name} ({wanted}): {cure}"
        )


def _validator(
    name: str, shape: Any, schema: Mapping[str, Any]
) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    is_model = isinstance(shape, type) and issubclass(shape, BaseModel)

    def validate(arguments: Mapping[str, Any]) -> dict[str, Any]:
        # The tool converts the arguments itself when it is called; here they are judged only.
        found = list(_model_faults(shape, schema, arguments)) if is_model else faults(schema, arguments)
        if found:
            raise InvalidArguments(name, found)
        return dict(arguments)

    return validate


def _model_faults(
    model: type[BaseModel], schema: Mapping[str, Any], arguments: Mapping[str, Any]
) -> list[FieldError]:
    unknown = (
        [] if schema.get("additionalProperties") else [n for n in arguments if n not in schema["properties"]]
    )
    found = [FieldError(name, "Extra inputs are not permitted") for name in unknown]
    try:
        model.model_validate(dict(arguments))
    except ValidationError as error:
        for problem in error.errors(include_url=False, include_context=False, include_input=False):
            field = ".".join(map(str, problem["loc"])) or "arguments"
            if field not in unknown:
                found.append(FieldError(field, problem["msg"]))
    return found


def _caller(source: LangChainTool) -> Callable[..., Any]:
    async def call(**arguments: Any) -> Any:
        request = {"type": "tool_call", "id": uuid.uuid4().hex, "name": source.name, "args": arguments}
        answer = await source.ainvoke(request)
        if not hasattr(answer, "content"):
            return answer
        if getattr(answer, "status", "success") == "error":
            raise ToolFailed(str(answer.content))
        artifact = getattr(answer, "artifact", None)
        return answer.content if artifact is None else {"content": answer.content, "artifact": artifact}

    return call
