"""The events of a run: their types, their payload keys and the envelope every reader gets.

The keys are a contract (protocol version 1, section 3). Payload builders live beside the types so that the
exact key sets are written down once; who may send what and when is decided by ``services.journal``.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, NamedTuple


class EventType(StrEnum):
    """Every type a client may meet; the first five are the critical ones."""

    AGENT_STARTED = "agent_started"
    AGENT_THINKING = "agent_thinking"
    TOOL_EXECUTING = "tool_executing"
    TOOL_COMPLETED = "tool_completed"
    AGENT_COMPLETED = "agent_completed"
    AGENT_ERROR = "agent_error"
    PROGRESS_UPDATE = "progress_update"
    TOOL_APPROVAL_REQUIRED = "tool_approval_required"
    TOOL_APPROVAL_DECIDED = "tool_approval_decided"
    SUBAGENT_STARTED = "subagent_started"
    SUBAGENT_COMPLETED = "subagent_completed"
    ANSWER_DELTA = "answer_delta"


PAYLOAD_KEYS: Mapping[EventType, tuple[frozenset[str], frozenset[str]]] = {
    EventType.AGENT_STARTED: (frozenset({"status", "context", "message"}), frozenset()),
    EventType.AGENT_THINKING: (
        frozenset({"reasoning", "step_number", "progress_percentage", "status"}),
        frozenset(),
    ),
    EventType.TOOL_EXECUTING: (
        frozenset({"tool_name", "parameters", "status", "message", "call_id"}),
        frozenset(),
    ),
    EventType.TOOL_COMPLETED: (
        frozenset({"tool_name", "result", "execution_time_ms", "status", "message", "call_id", "success"}),
        frozenset({"error"}),
    ),
    EventType.AGENT_COMPLETED: (frozenset({"status", "result", "execution_time_ms", "message"}), frozenset()),
    EventType.AGENT_ERROR: (frozenset({"status", "error_message", "error_context", "message"}), frozenset()),
    EventType.PROGRESS_UPDATE: (frozenset({"status", "progress_data", "message"}), frozenset()),
    EventType.TOOL_APPROVAL_REQUIRED: (
        frozenset({"tool_name", "parameters", "call_id", "expires_at", "message"}),
        frozenset(),
    ),
    EventType.TOOL_APPROVAL_DECIDED: (frozenset({"call_id", "decision", "decided_by"}), frozenset()),
    EventType.SUBAGENT_STARTED: (frozenset({"subagent_name", "subagent_id"}), frozenset()),
    EventType.SUBAGENT_COMPLETED: (
        frozenset({"subagent_name", "subagent_id", "result", "duration_ms"}),
        frozenset(),
    ),
    EventType.ANSWER_DELTA: (frozenset({"text"}), frozenset()),
}
"""Required and optional payload keys of each type."""

PASSING = frozenset(
    {
        EventType.AGENT_THINKING,
        EventType.PROGRESS_UPDATE,
        EventType.TOOL_APPROVAL_REQUIRED,
        EventType.TOOL_APPROVAL_DECIDED,
        EventType.ANSWER_DELTA,
    }
)
"""Types that begin, open, close and end nothing: most events of a run are of these."""

LIFECYCLE_ENDS = frozenset({EventType.AGENT_COMPLETED, EventType.AGENT_ERROR})


class RunEvent(NamedTuple):
    """One numbered event of one run, before the log gives it its place (``seq`` and ``epoch``).

    ``payload`` holds JSON values only and is already sanitised; ``timestamp`` is ISO-8601 UTC.
    """

    type: EventType
    user_id: str
    run_id: str
    thread_id: str
    agent_name: str
    timestamp: str
    run_seq: int
    payload: Mapping[str, Any]
