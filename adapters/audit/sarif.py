"""A report as SARIF 2.1.0, which code hosts and editors read."""

from typing import Any
from urllib.parse import quote

from services.audit.findings import HIGH, MEDIUM, Finding, Report

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {HIGH: "warning", MEDIUM: "warning"}


def as_sarif(report: Report, rules: dict[str, str], version: str) -> dict[str, Any]:
    """Return the log; ``rules`` are the names of the rules with a sentence each."""
    driver = {
        "name": "soledoor audit",
        "version": version,
        "rules": [{"id": name, "shortDescription": {"text": text}} for name, text in rules.items()],
    }
    troubles = [
        {"level": "warning", "message": {"text": each.reason}, "locations": [_place(each.file, 1)]}
        for each in report.unparsed
    ]
    invocation = {"executionSuccessful": True, "toolExecutionNotifications": troubles}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"ROOT": {"description": {"text": "the audited path"}}},
        "invocations": [invocation],
        "results": [_result(each, list(rules)) for each in report.findings],
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _result(finding: Finding, rules: list[str]) -> dict[str, Any]:
    return {
        "ruleId": finding.rule,
        "ruleIndex": rules.index(finding.rule),
        "level": _LEVELS.get(finding.confidence, "note"),
        "message": {"text": finding.message},
        "locations": [_place(finding.file, finding.line)],
        "partialFingerprints": {"soledoorAudit/v1": finding.fingerprint},
        "properties": {"role": finding.role, "group": finding.group, "confidence": finding.confidence},
    }


def _place(file: str, line: int) -> dict[str, Any]:
    artifact = {"uri": quote(file), "uriBaseId": "ROOT"}
    return {"physicalLocation": {"artifactLocation": artifact, "region": {"startLine": line}}}
