"""A group of tests that cannot run is counted, and in CI it is a failure."""

import pytest

from tests.needs import pytest_runtest_setup


class Item:
    """As much of a test as the hook looks at."""

    def __init__(self, program: str) -> None:
        self.mark = pytest.mark.needs(program).mark

    def iter_markers(self, _name: str) -> list[pytest.Mark]:
        return [self.mark]


def test_a_missing_program_skips_with_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="needs no-such-program, which is not installed"):
        pytest_runtest_setup(Item("no-such-program"))  # type: ignore[arg-type]


def test_in_ci_a_missing_program_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="no-such-program"):
        pytest_runtest_setup(Item("no-such-program"))  # type: ignore[arg-type]


def test_a_program_that_is_there_changes_nothing() -> None:
    pytest_runtest_setup(Item("sh"))  # type: ignore[arg-type]
