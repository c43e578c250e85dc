"""What comes back from a tool call: one shape for every caller, with a code for everything that can go
wrong.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.errors import FieldError

NOT_STARTED = frozenset(
    {
        "tool_not_found", "invalid_arguments", "approval_denied", "rate_limited", "too_many_calls",
        "draining", "overloaded", "storage_unavailable",
    }
)  # fmt: skip
"""Codes of calls that were refused before the tool ran."""


@dataclass(frozen=True, slots=True)
class ToolError:
    """Why a call has no result; the codes are the protocol's (version 1, section 4)."""

    code: str
    message: str
    details: Sequence[FieldError] = ()
    retry_after_s: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the wire form; ``details`` only where there are some."""
        wire: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.details:
            wire["details"] = [{"field": d.field, "message": d.message} for d in self.details]
        return wire


@dataclass(frozen=True, slots=True)
class ToolExecutionResult:
    """The result of one call. ``error`` may be set on success too: ``result_too_large`` says that
    ``result`` was cut.
    """

    success: bool
    tool_name: str
    call_id: str
    result: Any
    error: ToolError | None
    execution_time_ms: float
    user_id: str
    run_id: str
    replayed: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Return the wire form."""
        return {
            "success": self.success,
            "tool_name": self.tool_name,
            "call_id": self.call_id,
            "result": self.result,
            "error": None if self.error is None else self.error.to_dict(),
            "execution_time_ms": self.execution_time_ms,
            "user_id": self.user_id,
            "run_id": self.run_id,
            "replayed": self.replayed,
        }


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What ``dispatch`` returns to old callers; ``status`` is success, error, partial_success, in_progress
    or complete.
    """

    tool_input: Mapping[str, Any]
    status: str
    message: str
    payload: Any
    error_details: Mapping[str, Any] | None
    start_time: float
    end_time: float
    execution_metadata: Mapping[str, Any]
