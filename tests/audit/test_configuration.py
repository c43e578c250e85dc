"""A wrong configuration names the field and the cure."""

import pytest

from services.audit.audit import audit
from services.audit.configuration import AuditConfigurationError, configuration
from services.audit.groups import Groups
from services.audit.patterns import path_fits
from tests.audit.trees import ROLE, audited, found


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"rolls": []}, r"audit\.rolls: is unknown"),
        ({"roles": "dispatcher"}, r"write \[\[tool\.soledoor\.audit\.roles\]\]"),
        ({"roles": ["dispatcher"]}, r"roles\[0\]: write a table"),
        ({"roles": [{"classes": ["*X"]}]}, r"roles\[0\]\.name: give the role a name"),
        ({"roles": [{"name": "x"}]}, "say what makes a class a x"),
        ({"roles": [{"name": "x", "clases": []}]}, r"clases: is unknown; known are base"),
        ({"roles": [{"name": "x", "classes": "*X"}]}, r"classes: write a list of texts"),
        ({"roles": [{"name": "x", "classes": ["*X"], "owner": 3}]}, r"owner: write one name"),
        ({"roles": [{"name": "x", "classes": ["*X"], "between": ["a"]}]}, "name the two roles"),
        ({"roles": [{"name": "x", "classes": ["*X"]}] * 2}, "two roles are named 'x'"),
        ({"groups": ["prod"]}, "'prod' is none of production, tests, scripts"),
        ({"facades": {"a.py": ""}}, "the reason"),
    ],
)
def test_what_is_wrong_is_named(table, said):
    with pytest.raises(AuditConfigurationError, match=said):
        configuration(table)


def test_an_owner_that_is_not_there_is_named():
    with pytest.raises(
        AuditConfigurationError, match=r"role dispatcher, owner: 'app\.Nobody' is not in this tree"
    ):
        audited({}, {**ROLE, "owner": "app.Nobody"})


def test_a_rule_that_is_not_there_is_named():
    with pytest.raises(AuditConfigurationError, match="there is no rule 'all'"):
        audit({}, configuration({"rules": ["all"]}))


def test_an_owner_can_be_named_by_its_file():
    assert audited({}, {**ROLE, "owner": "app/core/dispatcher.py:ToolDispatcher"}).findings == ()


def test_a_role_without_an_owner_has_only_competitors():
    role = {key: ROLE[key] for key in ("name", "classes", "methods")}
    assert [each.symbol for each in found("competing-implementation", {}, role)] == ["ToolDispatcher"]


FACADE = (
    "from app.core.dispatcher import ToolDispatcher as OldDispatcher\n__all__ = ['OldDispatcher']\n"
    "def make():\n    return OldDispatcher(1)\n"
)


def test_a_declared_facade_may_have_names_and_ways_but_not_construct():
    undeclared = {each.rule for each in audited({"app/old_names.py": FACADE}).findings}
    assert undeclared == {"competing-implementation", "creation-path", "construction-outside-root"}
    report = audited({"app/old_names.py": FACADE}, facades={"app/old_names.py": "old callers keep working"})
    assert [each.rule for each in report.findings] == ["construction-outside-root"]
    assert report.declared == 2
    own = {**ROLE, "facades": {"app/old_names.py": "old callers keep working"}}
    assert audited({"app/old_names.py": FACADE}, own).declared == 2


SILENCED = (
    "# soledoor: allow competing-implementation: an experiment\n@final\n@sealed(\n    1,\n)\n"
    "class OtherDispatcher:\n    def dispatch(self): return 1\n"
)


def test_a_comment_with_a_reason_allows_a_finding_and_one_without_does_not():
    assert (audited({"app/x.py": SILENCED}).findings, audited({"app/x.py": SILENCED}).silenced) == ((), 1)
    without = audited({"app/x.py": SILENCED.replace(": an experiment", "")}).findings
    assert {each.rule for each in without} == {"competing-implementation", "silence-without-reason"}
    comment = "# soledoor: allow competing-implementation: because"
    same_line = f"class OtherDispatcher:  {comment}\n    def dispatch(self): return 1\n"
    assert audited({"app/x.py": same_line}).silenced == 1
    other_rule = same_line.replace("competing-implementation", "duplicate-class")
    assert len(audited({"app/x.py": other_rule}).findings) == 1


def test_files_belong_to_production_tests_or_scripts():
    groups = Groups()
    assert {groups.of(path) for path in ("tests/a.py", "a/test_b.py", "a_test.py", "conftest.py")} == {
        "tests"
    }
    assert {groups.of(path) for path in ("scripts/a.py", "setup.py", "docs/conf.py", "examples/a/b.py")} == {
        "scripts"
    }
    assert {groups.of(path) for path in ("app/a.py", "latest.py", "contest/a.py")} == {"production"}
    assert Groups(("checks",), ("tools/*",)).of("checks/a.py") == "tests"
    assert Groups(("checks",), ("tools/*",)).of("tools/a.py") == "scripts"


@pytest.mark.parametrize(
    "pattern", ["app", "app/", "app/core", "app/core/x.py", "app/*.py", "app.core", "app.core.x"]
)
def test_paths_are_named_as_folders_files_modules_or_patterns(pattern):
    assert path_fits("app/core/x.py", [pattern])
    assert not path_fits("other/core/x.py", [pattern])
