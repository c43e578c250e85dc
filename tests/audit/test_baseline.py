"""With a baseline only new findings count, however lines have moved."""

import pytest

from services.audit.baseline import without_known
from services.audit.configuration import AuditConfigurationError
from tests.audit.trees import audited

SECOND = "class UnifiedDispatcher:\n    def execute_tool(self): return 1\n"
THIRD = SECOND.replace("Unified", "Other")


def test_a_known_finding_does_not_count_even_at_another_line():
    baseline = audited({"app/second.py": SECOND}).as_json()
    report = without_known(audited({"app/second.py": f"\n\n{SECOND}{THIRD}"}), baseline)
    assert [each.symbol for each in report.findings] == ["OtherDispatcher"]
    assert (report.known, report.summary()["in_baseline"]) == (1, 1)


def test_a_second_one_of_the_same_name_is_new():
    one = "from app.core.dispatcher import ToolDispatcher\ndef f():\n    ToolDispatcher(1)\n"
    baseline = audited({"app/x.py": one}).as_json()
    report = without_known(audited({"app/x.py": f"{one}    ToolDispatcher(2)\n"}), baseline)
    assert [each.line for each in report.findings] == [4]


@pytest.mark.parametrize("wrong", [None, [], {}, {"findings": {}}, {"findings": [{"rule": "x"}]}])
def test_what_is_no_report_is_refused(wrong):
    with pytest.raises(AuditConfigurationError, match=r"soledoor audit PATH --json"):
        without_known(audited({}), wrong)
