"""The JSON Schema of everything that crosses the socket, made from the models that read and write it.

Event payloads are described here and nowhere sent from here: a test holds their keys equal to
``services.events.PAYLOAD_KEYS``.
"""

from functools import cache
from typing import Annotated, Any, Literal, Union

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, create_model

from adapters.web.messages import ClientMessage, ServerMessage
from services.events import EventType


class Payload(BaseModel):
    """The payload of one event type; clients ignore keys they do not know."""

    model_config = ConfigDict(title=None)


class AgentStarted(Payload):
    """The run's outermost agent begins; ``context`` holds at least ``message_id``."""

    status: Literal["started"]
    context: dict[str, Any]
    message: str


class AgentThinking(Payload):
    """An agent says what it is about to do."""

    reasoning: str
    step_number: int | None
    progress_percentage: Annotated[float, Field(ge=0, le=100)] | None
    status: Literal["thinking"]


class ToolExecuting(Payload):
    """A tool starts; its ``tool_completed`` has the same ``call_id``."""

    tool_name: str
    parameters: dict[str, Any]
    status: Literal["executing"]
    message: str
    call_id: str


class CallError(BaseModel):
    """Why a call has no result."""

    code: str
    message: str


class ToolCompleted(Payload):
    """A started tool ended, in whatever way."""

    tool_name: str
    result: Any
    execution_time_ms: float | None
    status: Literal["completed"]
    message: str
    call_id: str
    success: bool
    error: CallError | None = None


class AgentCompleted(Payload):
    """The run has an answer; nothing follows."""

    status: Literal["completed"]
    result: Any
    execution_time_ms: float | None
    message: str


class AgentError(Payload):
    """The run failed or was cancelled; nothing follows."""

    status: Literal["error"]
    error_message: str
    error_context: dict[str, Any]
    message: str


class ProgressUpdate(Payload):
    """A tool or agent tells how far it is."""

    status: Literal["progress"]
    progress_data: dict[str, Any]
    message: str


class ToolApprovalRequired(Payload):
    """A call waits for a decision; ``parameters`` are never cut."""

    tool_name: str
    parameters: dict[str, Any]
    call_id: str
    expires_at: str
    message: str


class ToolApprovalDecided(Payload):
    """A waiting call was decided."""

    call_id: str
    decision: Literal["approved", "denied", "expired"]
    decided_by: str | None


class SubagentStarted(Payload):
    """An agent that a supervisor runs begins."""

    subagent_name: str
    subagent_id: str


class SubagentCompleted(Payload):
    """That agent ended."""

    subagent_name: str
    subagent_id: str
    result: Any
    duration_ms: float | None


class AnswerDelta(Payload):
    """A piece of the answer; the whole is in ``agent_completed``."""

    text: str


class Event(BaseModel):
    """The envelope; a replayed event has ``replayed`` and neither ``seq``, ``epoch`` nor ``run_seq``."""

    run_id: str
    thread_id: str
    agent_name: str
    user_id: str
    timestamp: str
    seq: int | None = None
    epoch: str | None = None
    run_seq: int | None = None
    replayed: bool | None = None


PAYLOADS: dict[EventType, type[Payload]] = {
    EventType.AGENT_STARTED: AgentStarted,
    EventType.AGENT_THINKING: AgentThinking,
    EventType.TOOL_EXECUTING: ToolExecuting,
    EventType.TOOL_COMPLETED: ToolCompleted,
    EventType.AGENT_COMPLETED: AgentCompleted,
    EventType.AGENT_ERROR: AgentError,
    EventType.PROGRESS_UPDATE: ProgressUpdate,
    EventType.TOOL_APPROVAL_REQUIRED: ToolApprovalRequired,
    EventType.TOOL_APPROVAL_DECIDED: ToolApprovalDecided,
    EventType.SUBAGENT_STARTED: SubagentStarted,
    EventType.SUBAGENT_COMPLETED: SubagentCompleted,
    EventType.ANSWER_DELTA: AnswerDelta,
}


def _event(kind: EventType, payload: type[Payload]) -> type[BaseModel]:
    tag: Any = Literal[kind.value]
    return create_model(f"{payload.__name__}Event", __base__=Event, type=(tag, ...), payload=(payload, ...))


@cache
def socket_schema() -> dict[str, Any]:
    """Return one document: ``$defs/ClientMessage`` and ``$defs/ServerMessage`` are the two unions."""
    events = [_event(kind, payload) for kind, payload in PAYLOADS.items()]
    union: Any = Union[ServerMessage, *events]
    server: Any = Annotated[union, Field(discriminator="type")]
    sides = {"ClientMessage": TypeAdapter(ClientMessage), "ServerMessage": TypeAdapter(server)}
    schemas, shared = TypeAdapter.json_schemas(
        [(name, "validation", adapter) for name, adapter in sides.items()], ref_template="#/$defs/{model}"
    )
    unions = {name: schema for (name, _), schema in schemas.items()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Soledoor socket messages, protocol version 1",
        "anyOf": [{"$ref": f"#/$defs/{name}"} for name in sides],
        "$defs": {**shared["$defs"], **unions},
    }
