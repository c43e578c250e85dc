"""What a report is made of, whatever the rules say."""

from tests.audit.trees import audited, found

SECOND = "class UnifiedDispatcher:\n    def execute_tool(self): return 1\n"


def test_a_clean_application_is_clean():
    assert audited({}).findings == ()


def test_a_finding_names_the_line_of_the_class_and_its_group():
    files = {"app/second.py": f"\n\n@final\n{SECOND}", "tests/second.py": SECOND, "scripts/second.py": SECOND}
    told = {each.file: each for each in found("competing-implementation", files)}
    assert (told["app/second.py"].line, told["app/second.py"].symbol) == (4, "UnifiedDispatcher")
    assert [each.group for each in told.values()] == ["production", "scripts", "tests"]


def test_json_has_the_promised_keys():
    report = audited({"app/second.py": SECOND}).as_json()
    assert set(report) == {"findings", "summary", "files", "unparsed"}
    assert set(report["findings"][0]) == {
        *("rule", "role", "file", "line", "symbol", "group", "message", "confidence")
    }
    assert report["files"] == 5


def test_only_the_groups_and_rules_that_are_asked_for_are_told():
    files = {"tests/second.py": SECOND, "app/second.py": SECOND}
    assert {each.group for each in audited(files, groups=["production"]).findings} == {"production"}
    assert {each.rule for each in audited(files, rules=["duplicate-class"]).findings} == set()


def test_a_knot_of_eager_imports_is_told_apart_from_the_lazy_import_that_widens_it():
    files = {
        "app/a.py": "import app.b\n",
        "app/b.py": "import app.a\ndef f():\n    import app.c\n",
        "app/c.py": "import app.b\n",
    }
    eager, lazy = found("import-cycle", files)
    assert (eager.file, eager.line, eager.confidence) == ("app/a.py", 1, "high")
    assert (lazy.file, lazy.line, lazy.confidence) == ("app/b.py", 3, "medium")
    assert lazy.message.startswith("app/b.py → app/c.py → app/b.py: held apart only by imports inside")
