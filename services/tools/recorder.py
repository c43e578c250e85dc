"""What is remembered of each call: a record for its owner, counts for the operator."""

from collections.abc import Mapping
from typing import Any

from services.context import UserExecutionContext
from services.ports.calls import CallRecord, CallStore
from services.ports.clock import Clock
from services.ports.metrics import Metrics
from services.sanitising import redacted
from services.sealed import Sealed
from services.tools.engine import Outcome


class CallRecorder(metaclass=Sealed):
    """Writes down finished calls; never blocks and never fails a call."""

    def __init__(self, calls: CallStore, metrics: Metrics, clock: Clock) -> None:
        self._calls, self._metrics, self._clock = calls, metrics, clock

    def finished(
        self,
        context: UserExecutionContext,
        call_id: str,
        tool_name: str,
        arguments: Mapping[str, Any],
        outcome: Outcome,
        milliseconds: float,
    ) -> None:
        """Keep arguments and result, secrets hidden and nothing else cut, and count the call."""
        record = CallRecord(
            call_id=call_id,
            run_id=context.run_id,
            user_id=context.user_id,
            tool_name=tool_name,
            arguments=redacted(dict(arguments)),
            result=outcome.stored,
            error=None if outcome.error is None else outcome.error.to_dict(),
            status=outcome.status,
            execution_time_ms=milliseconds,
            finished_at=self._clock.now(),
        )
        self._calls.keep(record)
        self._metrics.tool_call(tool_name, outcome.status, milliseconds / 1000)

    def refused(self, code: str) -> None:
        """Count a call that never started."""
        self._metrics.refused(code)
