"""What an event says: the payload of each type, key for key as the protocol has it (version 1, section 3),
sanitised.
"""

from collections.abc import Mapping
from typing import Any

from services.sanitising import shown_error, shown_parameters, shown_result

Payload = dict[str, Any]

PROGRESS_KEYS = (
    "percentage",
    "current_step",
    "total_steps",
    "message",
    "status",
    "estimated_remaining",
    "progress_type",
)


def agent_started(agent_name: str, context: Mapping[str, Any] | None = None) -> Payload:
    """The outermost agent begins."""
    return {
        "status": "started",
        "context": shown_parameters(dict(context or {})),
        "message": f"{agent_name} started",
    }


def agent_thinking(reasoning: str, step_number: int | None, percentage: float | None) -> Payload:
    """An agent's next step; a percentage outside 0-100 is brought to its nearest bound."""
    return {
        "reasoning": reasoning,
        "step_number": step_number,
        "progress_percentage": None if percentage is None else min(max(percentage, 0), 100),
        "status": "thinking",
    }


def tool_executing(tool_name: str, parameters: Mapping[str, Any] | None, call_id: str) -> Payload:
    """A tool starts."""
    return {
        "tool_name": tool_name,
        "parameters": shown_parameters(dict(parameters or {})),
        "status": "executing",
        "message": f"Running {tool_name}",
        "call_id": call_id,
    }


def tool_completed(
    tool_name: str,
    call_id: str | None,
    result: Any = None,
    milliseconds: float | None = None,
    error: Mapping[str, str] | None = None,
    *,
    success: bool = True,
) -> Payload:
    """A started tool ended; ``error`` holds code and message."""
    payload: Payload = {
        "tool_name": tool_name,
        "result": shown_result(result),
        "execution_time_ms": milliseconds or 0.0,
        "status": "completed",
        "message": f"{tool_name} {'completed' if success else 'failed'}",
        "call_id": call_id,
        "success": success,
    }
    if error is not None:
        payload["error"] = {"code": error["code"], "message": shown_error(error["message"])}
    return payload


def agent_completed(agent_name: str, result: Any, milliseconds: float | None) -> Payload:
    """The run has an answer, which is never cut."""
    return {
        "status": "completed",
        "result": result,
        "execution_time_ms": milliseconds or 0.0,
        "message": f"{agent_name} completed",
    }


def agent_error(error: str, error_context: Mapping[str, Any] | None = None) -> Payload:
    """The run failed or was cancelled; ``error`` is text its user may read."""
    message = shown_error(error)
    given = {"error_type": "agent_failed", "agent_step": None, **shown_parameters(dict(error_context or {}))}
    return {
        "status": "error",
        "error_message": message,
        "error_context": {**given, "user_facing": True},
        "message": message,
    }


def progress_update(progress: Mapping[str, Any], message: str) -> Payload:
    """How far a tool or agent is; keys that were not given are null."""
    data = {key: progress.get(key) for key in PROGRESS_KEYS}
    return {"status": "progress", "progress_data": data, "message": message}


def subagent_completed(name: str, subagent_id: str, result: Any, milliseconds: float) -> Payload:
    """An agent that worked for a supervisor ended."""
    return {
        "subagent_name": name,
        "subagent_id": subagent_id,
        "result": shown_result(result),
        "duration_ms": milliseconds,
    }
