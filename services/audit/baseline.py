"""Which findings an earlier report knows already."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from services.audit.configuration import AuditConfigurationError
from services.audit.findings import Finding, Report


def without_known(report: Report, baseline: object) -> Report:
    """Return the report without the findings of an earlier one in JSON; lines may have moved.

    As many findings of one rule, role, file and symbol are known as the baseline has. Raises
    ``AuditConfigurationError`` for something that is no report.
    """
    known = Counter(_fingerprints(baseline))
    new = []
    for finding in report.findings:
        if known[finding.fingerprint] > 0:
            known[finding.fingerprint] -= 1
        else:
            new.append(finding)
    return report._replace(findings=tuple(new), known=len(report.findings) - len(new))


def _fingerprints(baseline: object) -> list[str]:
    found = baseline.get("findings") if isinstance(baseline, Mapping) else None
    if not isinstance(found, list):
        raise AuditConfigurationError(
            "baseline", "give the output of an earlier `soledoor audit PATH --json`"
        )
    return [_read(each).fingerprint for each in found]


def _read(row: Any) -> Finding:
    try:
        return Finding(**row)
    except TypeError as error:
        cure = "a finding in it has other fields; make it again with `soledoor audit PATH --json`"
        raise AuditConfigurationError("baseline", cure) from error
