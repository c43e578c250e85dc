"""How long a database is still waited for: as long as always, until somebody is in a hurry.

A server that stops must end in time though its database is locked or silent. What is refused for haste is as
if the database were away: runs that could not be stored are ended by whoever finds them.
"""

import math
import time

AT_LEAST = 0.5
"""Seconds that a database which answers is given for one piece of work, however late it is."""


class Haste:
    """Any thread may ask; ``begin`` may be called again, and only ever shortens."""

    def __init__(self) -> None:
        self._until = math.inf

    def begin(self, seconds: float) -> None:
        """Be done with all waiting in so many seconds."""
        self._until = min(self._until, time.monotonic() + seconds)

    @property
    def begun(self) -> bool:
        """Whether somebody is in a hurry."""
        return self._until != math.inf

    @property
    def left(self) -> float:
        """How many seconds somebody else may still be waited for; without end where there is no hurry."""
        return max(0.0, self._until - time.monotonic())

    def work(self, usual: float) -> float:
        """Return how many seconds one piece of work may take."""
        return min(usual, max(AT_LEAST, self.left))
