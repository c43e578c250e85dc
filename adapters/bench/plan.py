"""What a measurement does: how many users and sockets, how much load, how much trouble."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Plan:
    """Pace and runs are per user and second; ``cuts`` and ``kills`` are seconds between two.

    ``gaps`` says whether a gap that was told is no fault: not so for a log that keeps everything.
    Dropped wake-ups and repeated appends are so many of a hundred.
    """

    users: int = 10
    sockets: int = 2
    seconds: float = 20.0
    events: int | None = None
    pace: float = 40.0
    runs: float = 0.5
    cuts: float | None = 1.0
    kills: float | None = None
    patience: float = 45.0
    gaps: bool = True
    dropped_wakeups: float = 0.0
    repeated_appends: float = 0.0

    @property
    def faulty(self) -> bool:
        """Whether servers of its own get faults between them and their event store."""
        return bool(self.dropped_wakeups or self.repeated_appends)

    @property
    def call_seconds(self) -> float:
        """How long one tool call reports: longer with more users, so that calls stay below 50 a second."""
        return max(1.0, self.users / 50)

    def settings(self) -> Mapping[str, str]:
        """Return what servers of its own need, so that limits are not what is measured."""
        return {
            "tools.modules": "adapters.bench.tools",
            "tools.builtin": "false",
            "limits.messages_per_minute": "1000000",
            "limits.calls_per_minute": "1000000",
            "limits.concurrent_calls_total": str(max(200, self.users * 4)),
            "limits.sockets_per_user": str(max(10, self.sockets * 3)),
            "limits.tool_timeout": str(30 + self.call_seconds * 4),
            "auth.login_attempts": "1000000",
        }
