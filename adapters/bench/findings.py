"""What a checker found: how often of each kind, and the first of them by name."""

from collections import Counter
from typing import Literal, NamedTuple

Kind = Literal["lost", "duplicated", "reordered", "foreign"]
KINDS: tuple[Kind, ...] = ("lost", "duplicated", "reordered", "foreign")
NAMED = 100


class Fault(NamedTuple):
    """One broken promise: which, on which socket, and what exactly."""

    kind: Kind
    reader: str
    what: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.reader}: {self.what}"


class Findings:
    """Shared by all histories of a measurement."""

    def __init__(self) -> None:
        self.counts: Counter[Kind] = Counter()
        self.named: list[Fault] = []

    def add(self, kind: Kind, reader: str, what: str, times: int = 1) -> None:
        """Count a fault; the first hundred are kept by name."""
        self.counts[kind] += times
        if len(self.named) < NAMED:
            self.named.append(Fault(kind, reader, what))

    @property
    def clean(self) -> bool:
        """Whether nothing was found."""
        return not any(self.counts.values())
