"""``silence-without-reason``: a comment that allows a finding and does not say why, or names no rule."""

from collections.abc import Collection, Iterator

from services.audit.findings import HIGH, Finding
from services.audit.rules.case import Case

RULE = "silence-without-reason"


def silences_without_reason(case: Case, rules: Collection[str]) -> Iterator[Finding]:
    """Yield each such comment."""
    for path, facts in case.tree.files.items():
        for silence in facts.silences:
            if silence.rule not in rules:
                message = f"{silence.rule!r} is no rule; rules are {', '.join(sorted(rules))}"
            elif not silence.reason:
                message = f"say why: # soledoor: allow {silence.rule}: the reason"
            else:
                continue
            yield case.finding(RULE, None, path, silence.line, silence.rule, message, HIGH)
