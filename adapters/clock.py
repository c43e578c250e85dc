"""What the time is outside of tests: the machine's clock."""

import time
from datetime import UTC, datetime

from services.ports.clock import Clock
from services.sealed import Sealed


class SystemClock(Clock, metaclass=Sealed):
    """The machine's wall clock and monotonic counter."""

    def now(self) -> datetime:
        """Return the present moment in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return seconds since an arbitrary start."""
        return time.monotonic()
