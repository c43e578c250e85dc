"""The figures of dispatchers: one set for each, one for all of them together."""

from dataclasses import dataclass, fields
from typing import Any


@dataclass(slots=True)
class CallFigures:
    """Counts that only grow."""

    tools_executed: int = 0
    successful_executions: int = 0
    failed_executions: int = 0
    total_execution_time_ms: float = 0.0
    websocket_events_sent: int = 0
    permission_checks: int = 0
    permission_denials: int = 0
    security_violations: int = 0

    def executed(self, milliseconds: float, *, success: bool) -> None:
        """Count one execution."""
        self.tools_executed += 1
        self.total_execution_time_ms += milliseconds
        if success:
            self.successful_executions += 1
        else:
            self.failed_executions += 1

    @property
    def average_ms(self) -> float:
        """Mean execution time, 0 without executions."""
        return self.total_execution_time_ms / self.tools_executed if self.tools_executed else 0.0

    @property
    def success_rate(self) -> float:
        """Share of executions that succeeded, 0-1; 0 without executions."""
        return self.successful_executions / self.tools_executed if self.tools_executed else 0.0

    def to_dict(self) -> dict[str, Any]:
        """Return the counts with their derived figures."""
        counts: dict[str, Any] = {item.name: getattr(self, item.name) for item in fields(self)}
        return {**counts, "avg_execution_time_ms": self.average_ms, "success_rate": self.success_rate}
