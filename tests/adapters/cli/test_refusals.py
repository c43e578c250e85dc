"""Which errors become one line and an exit code, and which stay a traceback."""

import pytest

from adapters.cli.refusals import Stop, stop_for
from config.reading import SettingsError
from services.errors import DispatcherClosed, FieldError, InvalidInput, WiringError


def test_an_error_inside_groups_is_found() -> None:
    group = ExceptionGroup("outer", [ExceptionGroup("inner", [SettingsError(["a is wrong"])])])
    stop = stop_for(group)
    assert stop is not None
    assert (stop.line, stop.code) == ("settings: a is wrong", 2)


def test_several_lines_become_one_that_cannot_steer_the_terminal() -> None:
    stop = stop_for(WiringError("2 faults:\n- one\x1b[2J\n- two\n"))
    assert stop is not None
    assert stop.line == "2 faults: one\\x1b[2J; two"


def test_a_stop_keeps_its_exit_code() -> None:
    stop = stop_for(Stop("no\nway", 1))
    assert stop is not None
    assert (stop.line, stop.code) == ("no; way", 1)


def test_wrong_input_names_its_field() -> None:
    stop = stop_for(InvalidInput("Not so.", errors=[FieldError("password", "is short")]))
    assert stop is not None
    assert "password: is short" in stop.line


@pytest.mark.parametrize(
    "fault",
    [ValueError("a bug"), DispatcherClosed("d1"), ExceptionGroup("two", [Stop("a"), Stop("b")])],
)
def test_a_fault_of_the_program_is_no_refusal(fault: Exception) -> None:
    assert stop_for(fault) is None
