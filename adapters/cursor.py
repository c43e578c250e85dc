"""The client rule (protocol version 1, section 2), for all our clients that are written in Python: what to do
with the next event, and where to resume.
"""

from collections.abc import Mapping
from enum import Enum
from typing import Any


class Verdict(Enum):
    """What to do with an event."""

    TAKE = "take"
    DROP = "drop"
    HOLE = "hole"


class Cursor:
    """Where one client stands. ``after`` is None until the first hello."""

    __slots__ = ("epoch", "last")

    def __init__(self) -> None:
        self.epoch: str | None = None
        self.last = 0

    @property
    def after(self) -> str | None:
        """What to say when connecting again."""
        return None if self.epoch is None else f"{self.epoch}:{self.last}"

    def hello(self, message: Mapping[str, Any]) -> None:
        """Take the position of a connection; a resumed one goes on from where this client is."""
        if not message["resumed"]:
            self.epoch, self.last = message["epoch"], message["head"]

    def judge(self, event: Mapping[str, Any]) -> Verdict:
        """Take, drop, or close and connect again; only what is taken moves the position."""
        seq = event["seq"]
        if event["epoch"] != self.epoch or seq > self.last + 1:
            return Verdict.HOLE
        if seq <= self.last:
            return Verdict.DROP
        self.last = seq
        return Verdict.TAKE
