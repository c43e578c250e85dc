"""What every dispatcher does in the end: find the context's parameter, call, and wrap the outcome."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from helpdesk.context import UserExecutionContext


@dataclass
class ToolExecutionResult:
    """What came of a call."""

    success: bool
    tool_name: str
    result: Any = None
    error: str | None = None


async def call(
    function: Callable[..., Any], context: UserExecutionContext, parameters: dict[str, Any]
) -> ToolExecutionResult:
    """Call a tool; what it raises becomes text."""
    given = {"context": context} if "context" in inspect.signature(function).parameters else {}
    try:
        answer = function(**parameters, **given)
        result = await answer if inspect.isawaitable(answer) else answer
    except Exception as error:
        return ToolExecutionResult(False, function.__name__, error=str(error))
    return ToolExecutionResult(True, function.__name__, result=result)
