import pytest

from services.errors import AuthenticationError
from services.identity import codes
from services.identity.codes import OneTimeCodes
from tests.build import build
from tests.services.identity.stores import HandClock


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def one_time(clock: HandClock) -> OneTimeCodes:
    made: OneTimeCodes = build(OneTimeCodes, clock)
    return made


def refused(one_time: OneTimeCodes, purpose: str, code: str) -> bool:
    try:
        one_time.redeem(purpose, code)
    except AuthenticationError:
        return True
    return False


def test_a_code_stands_for_its_subject_once(one_time: OneTimeCodes) -> None:
    code = one_time.issue("login", "u-1", 60)
    assert one_time.redeem("login", code) == "u-1"
    assert refused(one_time, "login", code)


def test_a_code_is_for_one_purpose_and_trying_another_does_not_spend_it(one_time: OneTimeCodes) -> None:
    code = one_time.issue("login", "u-1", 60)
    assert refused(one_time, "setup", code)
    assert one_time.redeem("login", code) == "u-1"


@pytest.mark.parametrize(("seconds", "late"), [(59.9, False), (60.0, True)])
def test_a_code_expires(one_time: OneTimeCodes, clock: HandClock, seconds: float, late: bool) -> None:
    code = one_time.issue("setup", "", 60)
    clock.move(seconds=seconds)
    assert refused(one_time, "setup", code) is late


@pytest.mark.parametrize("code", ["", "x", "\ud800", "x" * 100_000])
def test_other_text_is_no_code(one_time: OneTimeCodes, code: str) -> None:
    one_time.issue("setup", "", 60)
    assert refused(one_time, "setup", code)


def test_codes_are_long_random_and_not_kept_in_readable_form(one_time: OneTimeCodes) -> None:
    issued = {one_time.issue("login", "u-1", 60) for _ in range(100)}
    assert {len(code) for code in issued} == {64}
    assert len(issued) == 100
    assert not [code for code in issued if code in repr(vars(one_time))]


def test_beyond_a_thousand_the_expired_go_first_and_then_the_oldest(
    one_time: OneTimeCodes, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(codes, "MOST_CODES", 3)
    oldest, brief = one_time.issue("login", "a", 60), one_time.issue("login", "b", 1)
    one_time.issue("login", "c", 60)
    clock.move(seconds=1)
    one_time.issue("login", "d", 60)
    assert len(one_time._codes) == 3
    one_time.issue("login", "e", 60)
    assert len(one_time._codes) == 3
    assert refused(one_time, "login", oldest)
    assert refused(one_time, "login", brief)
