"""How a conversation becomes a provider's request and its stream our deltas. Imported only with the extra
``models``.
"""

import json
import re
from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any

from pydantic_ai import messages as wire
from pydantic_ai.direct import model_request_stream
from pydantic_ai.exceptions import AgentRunError, UserError
from pydantic_ai.models import Model, ModelRequestParameters
from pydantic_ai.settings import ModelSettings
from pydantic_ai.tools import ToolDefinition

from adapters.models.pydantic_ai_errors import model_error
from services.ports.models import (
    Message,
    ModelError,
    Reply,
    TextDelta,
    ThinkingDelta,
    ToolRequest,
    ToolSchema,
    Usage,
)

NOT_JSON = "arguments_are_not_a_json_object"
_NOT_ALLOWED = re.compile(r"[^A-Za-z0-9_-]")


async def stream(
    model: Model, messages: Sequence[Message], tools: Sequence[ToolSchema], seconds: float
) -> AsyncGenerator[TextDelta | ThinkingDelta | Reply, None]:
    """Ask once; see ``ChatModel.stream``. Leaving early or being cancelled closes the connection."""
    names = {wire_name(tool.name): tool.name for tool in tools}
    request = model_request_stream(
        model,
        history(messages),
        model_settings=ModelSettings(timeout=seconds, max_retries=0),
        model_request_parameters=ModelRequestParameters(function_tools=[_definition(tool) for tool in tools]),
    )
    try:
        async with request as response:
            async for event in response:
                if (piece := delta(event)) is not None:
                    yield piece
            whole = response.get()
    except (AgentRunError, UserError) as error:
        raise model_error(error) from error
    if whole.finish_reason is None and not whole.parts:
        raise ModelError("the model's answer broke off: try again", retryable=True)
    yield reply(whole, names)


def wire_name(name: str) -> str:
    """Return the tool's name as providers allow it: letters, digits, dashes and underscores, at most 64."""
    return _NOT_ALLOWED.sub("_", name)[:64]


def _definition(tool: ToolSchema) -> ToolDefinition:
    return ToolDefinition(
        name=wire_name(tool.name), description=tool.description, parameters_json_schema=dict(tool.parameters)
    )


def history(messages: Sequence[Message]) -> list[wire.ModelMessage]:
    """Return the conversation in the library's words; neighbouring requests become one."""
    found: list[wire.ModelMessage] = []
    for message in messages:
        if message.role == "assistant":
            found.append(wire.ModelResponse(parts=_response_parts(message)))
            continue
        part = _request_part(message)
        if found and isinstance(found[-1], wire.ModelRequest):
            found[-1] = wire.ModelRequest(parts=[*found[-1].parts, part])
        else:
            found.append(wire.ModelRequest(parts=[part]))
    return found


def _response_parts(message: Message) -> list[wire.ModelResponsePart]:
    parts: list[wire.ModelResponsePart] = [wire.TextPart(message.content)] if message.content else []
    calls = [wire.ToolCallPart(wire_name(r.name), dict(r.arguments), r.id) for r in message.tool_requests]
    return [*parts, *calls]


def _request_part(message: Message) -> wire.ModelRequestPart:
    if message.role == "system":
        return wire.SystemPromptPart(message.content)
    if message.role == "user":
        return wire.UserPromptPart(message.content)
    return wire.ToolReturnPart(wire_name(message.tool_name or ""), message.content, message.request_id or "")


def delta(event: wire.ModelResponseStreamEvent) -> TextDelta | ThinkingDelta | None:
    """Return the piece of answer or reasoning an event holds, if it holds one."""
    match event:
        case wire.PartStartEvent(part=wire.TextPart(content=text)) if text:
            return TextDelta(text)
        case wire.PartDeltaEvent(delta=wire.TextPartDelta(content_delta=text)) if text:
            return TextDelta(text)
        case wire.PartStartEvent(part=wire.ThinkingPart(content=text)) if text:
            return ThinkingDelta(text)
        case wire.PartDeltaEvent(delta=wire.ThinkingPartDelta(content_delta=text)) if text:
            return ThinkingDelta(text)
    return None


def reply(response: wire.ModelResponse, names: Mapping[str, str]) -> Reply:
    """Return the reply; tool names are turned back into ours."""
    text = "".join(part.content for part in response.parts if isinstance(part, wire.TextPart))
    calls = [part for part in response.parts if isinstance(part, wire.ToolCallPart)]
    requests = [
        ToolRequest(c.tool_call_id, names.get(c.tool_name, c.tool_name), arguments(c.args)) for c in calls
    ]
    usage = Usage(response.usage.input_tokens or 0, response.usage.output_tokens or 0)
    return Reply(text, tuple(requests), usage)


def arguments(given: str | Mapping[str, Any] | None) -> dict[str, Any]:
    """Return a call's arguments; what is no JSON object is kept under ``NOT_JSON``, which no tool takes, so
    it is refused.
    """
    if not isinstance(given, str):
        return dict(given or {})
    try:
        read = json.loads(given) if given.strip() else {}
    except ValueError:
        read = None
    return read if isinstance(read, dict) else {NOT_JSON: given}
