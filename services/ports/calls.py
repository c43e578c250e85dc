"""Port: what each tool call was given and what it gave back, for its owner to read."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One finished call: secrets redacted, nothing cut. ``status`` is completed, failed, cancelled or
    timeout.
    """

    call_id: str
    run_id: str
    user_id: str
    tool_name: str
    arguments: dict[str, Any]
    result: Any
    error: dict[str, Any] | None
    status: str
    execution_time_ms: float
    finished_at: datetime


class CallStore(ABC):
    """Keeps call records. Keeping never blocks or fails a run; what was kept can be read at once."""

    @abstractmethod
    def keep(self, record: CallRecord) -> None:
        """Take the record; it is durable soon after. Call on the event loop's thread."""

    @abstractmethod
    async def call(self, user_id: str, run_id: str, call_id: str) -> CallRecord:
        """Return one record; raises ``NotFound`` for unknown and foreign ids alike."""
