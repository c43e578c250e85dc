"""What the time is outside of tests: the machine's clock."""

import time
from datetime import UTC, datetime

from services.ports.clock import Clock
from services.sealed import Sealed


class SystemClock(Clock, metaclass=Sealed):
    """The machine's wall clock and monotonic counter."""

    def __init__(self) -> None:
        self._text_of = (-1, "")

    def now(self) -> datetime:
        """Return the present moment in UTC."""
        return datetime.now(UTC)

    def timestamp(self) -> str:
        """Return the present moment with microseconds; the text of a second is made once."""
        second, nanoseconds = divmod(time.time_ns(), 1_000_000_000)
        known, text = self._text_of
        if second != known:
            text = datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%S")
            self._text_of = second, text
        return f"{text}.{nanoseconds // 1000:06d}+00:00"

    def monotonic(self) -> float:
        """Return seconds since an arbitrary start."""
        return time.monotonic()
