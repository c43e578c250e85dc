"""The two shapes in which old callers expect a result."""

import time
from collections.abc import Mapping
from typing import Any

from services.tools.result import ToolExecutionResult, ToolResult


def legacy_answer(
    tool_name: str, run_id: str, *, result: Any = None, error: str | None = None
) -> dict[str, Any]:
    """Return what ``dispatch_tool`` answers."""
    outcome = {"success": True, "result": result} if error is None else {"success": False, "error": error}
    return {**outcome, "metadata": {"tool_name": tool_name, "run_id": run_id}}


def legacy_result(given: Mapping[str, Any], result: ToolExecutionResult, started: float) -> ToolResult:
    """Return what ``dispatch`` answers; times are seconds since 1970."""
    error = result.error
    failed = not result.success
    return ToolResult(
        tool_input=dict(given),
        status="error" if failed else "success",
        message=error.message if failed and error is not None else f"{result.tool_name} completed",
        payload=result.result,
        error_details=error.to_dict() if failed and error is not None else None,
        start_time=started,
        end_time=time.time(),
        execution_metadata={
            "tool_name": result.tool_name,
            "call_id": result.call_id,
            "run_id": result.run_id,
            "execution_time_ms": result.execution_time_ms,
        },
    )
