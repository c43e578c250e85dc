"""A finding, and what is told about all of them."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

HIGH, MEDIUM, LOW = "high", "medium", "low"


class Finding(NamedTuple):
    """One thing that a rule found: ``file`` from the audited path, ``line`` that of the statement."""

    rule: str
    role: str
    file: str
    line: int
    symbol: str
    group: str
    message: str
    confidence: str

    @property
    def fingerprint(self) -> str:
        """What stays the same when lines move: for a baseline."""
        return f"{self.rule}|{self.role}|{self.file}|{self.symbol}"


class Unparsed(NamedTuple):
    """A file that could not be read, and why."""

    file: str
    reason: str


class Report(NamedTuple):
    """The outcome of an audit."""

    findings: tuple[Finding, ...]
    files: int
    unparsed: tuple[Unparsed, ...]
    silenced: int
    declared: int
    known: int = 0
    """Findings that a baseline knows."""

    def as_json(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "findings": [each._asdict() for each in self.findings],
            "summary": self.summary(),
            "files": self.files,
            "unparsed": [each._asdict() for each in self.unparsed],
        }

    def summary(self) -> dict[str, Any]:
        """Return the counts."""
        return {
            "findings": len(self.findings),
            "by_rule": _counted(each.rule for each in self.findings),
            "by_role": _counted(each.role for each in self.findings if each.role),
            "by_group": _counted(each.group for each in self.findings),
            "silenced": self.silenced,
            "declared": self.declared,
            "in_baseline": self.known,
        }


def _counted(names: Iterable[str]) -> Mapping[str, int]:
    return dict(sorted(Counter(names).items()))
