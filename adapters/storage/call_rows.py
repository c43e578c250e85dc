"""How call records are written as rows and read back. A record is turned into text the moment it is taken."""

from typing import Any, NamedTuple

from adapters.storage.values import from_json, micros, moment, to_json
from services.ports.calls import CallRecord

FIXED_BYTES = 512  # what a record weighs beside its texts


class Pending(NamedTuple):
    """A record on its way; the fields are the table's columns, the JSON ones still bytes."""

    user_id: str
    run_id: str
    call_id: str
    tool_name: str
    arguments: bytes
    result: bytes
    error: bytes
    status: str
    execution_time_us: int
    finished_at: int

    @property
    def key(self) -> tuple[str, str, str]:
        """What the record is found by."""
        return (self.user_id, self.run_id, self.call_id)

    @property
    def size(self) -> int:
        """About how many bytes it holds in memory."""
        return len(self.arguments) + len(self.result) + len(self.error) + FIXED_BYTES


def packed(record: CallRecord) -> Pending:
    """Return the record as texts and numbers, independent of the values it was made of."""
    return Pending(
        record.user_id,
        record.run_id,
        record.call_id,
        record.tool_name,
        to_json(record.arguments),
        to_json(record.result),
        to_json(record.error),
        record.status,
        round(record.execution_time_ms * 1000),
        micros(record.finished_at),
    )


def row_of(item: Pending) -> dict[str, object]:
    """Return the table's row."""
    texts = {name: getattr(item, name).decode() for name in ("arguments", "result", "error")}
    return item._asdict() | texts


def record_of(row: Any) -> CallRecord:
    """Return the record of a pending item or of a table's row."""
    return CallRecord(
        call_id=row.call_id,
        run_id=row.run_id,
        user_id=row.user_id,
        tool_name=row.tool_name,
        arguments=from_json(row.arguments),
        result=from_json(row.result),
        error=from_json(row.error),
        status=row.status,
        execution_time_ms=row.execution_time_us / 1000,
        finished_at=moment(row.finished_at),
    )
