"""Which findings a comment in the source allows."""

from collections.abc import Mapping

from services.audit.facts.records import FileFacts
from services.audit.findings import Finding
from services.audit.rules import silences


class Silencer:
    """Knows the comments of all files."""

    def __init__(self, files: Mapping[str, FileFacts]) -> None:
        self._allowed: dict[str, set[tuple[int, str]]] = {}
        for path, facts in files.items():
            for silence in facts.silences:
                if silence.reason:
                    self._allowed.setdefault(path, set()).add((silence.statement, silence.rule))

    def allows(self, finding: Finding) -> bool:
        """Whether a comment with a reason allows this."""
        if finding.rule == silences.RULE:
            return False
        return (finding.line, finding.rule) in self._allowed.get(finding.file, ())
