"""What reaches a terminal cannot steer it."""

import json

import pytest
from rich.console import Console

from adapters.cli.terminal import inert, json_text
from adapters.cli.timeline import Timeline

HOSTILE = "\x1b[31mred\x1b]8;;http://evil\x07link\r\x9b2J\u202eesrever\u2066"


@pytest.mark.parametrize(
    "character", ["\x1b", "\x07", "\r", "\x08", "\x9b", "\x00", "\x7f", "\u202e", "\u2028", "\ud800"]
)
def test_a_character_that_steers_is_written_out(character: str) -> None:
    shown = inert(f"a{character}b")
    assert character not in shown
    assert shown.startswith("a\\")
    assert shown.endswith("b")


@pytest.mark.parametrize("text", ["plain", "two\nlines\tand a tab", "Grüße, 東京 👋🏽", "\u200d joined"])
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert inert(text) == text


def test_json_on_a_terminal_is_ascii_and_reads_back() -> None:
    text = json_text({"text": HOSTILE})
    assert text.isascii()
    assert "\x1b" not in text
    assert json.loads(text) == {"text": HOSTILE}


def event(kind: str, **payload: object) -> dict[str, object]:
    return {"type": kind, "agent_name": "assistant", "payload": payload}


RUN = [
    event("agent_started", status="started", context={}, message="started"),
    event("agent_thinking", reasoning=f"thinking {HOSTILE}", step_number=1, progress_percentage=None),
    event("subagent_started", subagent_name="analyst", subagent_id="s"),
    event("tool_executing", tool_name="calculate", parameters={"expression": HOSTILE}, call_id="c1"),
    event("progress_update", progress_data={"percentage": 50.0, "message": "half"}, message=HOSTILE),
    event("progress_update", progress_data={"percentage": None, "message": None}, message=""),
    event(
        "tool_completed",
        tool_name="calculate",
        result=HOSTILE,
        execution_time_ms=3.2,
        call_id="c1",
        success=True,
    ),
    event(
        "tool_completed",
        tool_name="notes_add",
        result=None,
        execution_time_ms=1.0,
        call_id="c2",
        success=False,
        error={"code": "tool_failed", "message": f"no room {HOSTILE}"},
    ),
    event("answer_delta", text=HOSTILE),
    event("agent_completed", result=HOSTILE, execution_time_ms=1234.5, message="done"),
    event("agent_error", error_message=HOSTILE, error_context={}, message="failed"),
]


def played(*, terminal: bool) -> str:
    console = Console(
        force_terminal=terminal, width=100, color_system=None, markup=False, record=True, quiet=True
    )
    console = Console(file=console.file, force_terminal=terminal, width=100, color_system=None, markup=False)
    with console.capture() as capture, Timeline(console) as timeline:
        for each in RUN:
            timeline.show(each)
    return capture.get()


def test_without_a_terminal_each_line_is_printed_once() -> None:
    lines = played(terminal=False).splitlines()
    assert [line.split()[:2] for line in lines] == [
        ["✓", "agent"],
        ["✓", "calculate"],
        ["✗", "notes_add"],
        ["✓", "answered"],
        ["✗", "stopped"],
    ]
    assert "no room" in lines[2]
    assert "1.23 s" in lines[3]


def test_text_of_models_and_tools_is_inert_on_the_timeline() -> None:
    shown = played(terminal=False)
    assert not set(shown) & {"\x1b", "\x07", "\r", "\x9b", "\u202e"}
    assert "\\x1b[31mred" in shown


def test_on_a_terminal_the_lines_stay_at_the_end() -> None:
    shown = played(terminal=True)
    assert "\x1b[31m" not in shown
    assert shown.rstrip().splitlines()[-1].startswith("✗ stopped")
