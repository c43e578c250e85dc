"""How a run looks in a terminal while it happens: one line for each thing done, the present one moving."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from rich.console import Console, Group
from rich.live import Live
from rich.spinner import Spinner
from rich.text import Text

from adapters.cli.conversing import Event
from adapters.cli.terminal import inert, json_text

SHORT = 90


@dataclass(slots=True)
class Line:
    """One thing that is done. ``state`` is going, done or failed."""

    title: str
    detail: str = ""
    state: str = "going"


class Timeline:
    """Enter it, ``show`` each event, leave it: the lines stay. Without a terminal each is printed once."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._lines: list[Line] = []
        self._calls: dict[str, Line] = {}
        self._now = ""
        self._live = (
            Live(console=console, transient=True, refresh_per_second=10) if console.is_terminal else None
        )

    def __enter__(self) -> Self:
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live is not None:
            self._live.stop()
            self._print(*self._lines)

    def show(self, event: Event) -> None:
        """Take the event in."""
        before = [line for line in self._lines if line.state != "going"]
        self._take(event["type"], event["payload"], str(event["agent_name"]))
        if self._live is not None:
            self._live.update(self._picture())
        else:
            self._print(*(line for line in self._lines if line.state != "going" and line not in before))

    def _take(self, kind: str, payload: Mapping[str, Any], agent: str) -> None:
        match kind:
            case "agent_started":
                self._now = "starting"
            case "agent_thinking":
                self._now = str(payload["reasoning"])
            case "subagent_started":
                self._lines.append(Line(f"agent {payload['subagent_name']}", state="done"))
            case "tool_executing":
                line = Line(str(payload["tool_name"]), json_text(payload["parameters"]))
                self._lines.append(line)
                self._calls[str(payload["call_id"])] = line
            case "progress_update":
                self._now = _progress(payload)
            case "tool_completed":
                self._finish(payload)
            case "agent_completed":
                self._lines.append(Line("answered", f"{payload['execution_time_ms'] / 1000:.2f} s", "done"))
            case "agent_error":
                self._lines.append(Line("stopped", str(payload["error_message"]), "failed"))

    def _finish(self, payload: Mapping[str, Any]) -> None:
        line = self._calls.pop(str(payload["call_id"]), None)
        if line is None:  # it started before we were looking
            line = Line(str(payload["tool_name"]))
            self._lines.append(line)
        line.state = "done" if payload["success"] else "failed"
        told = payload["result"] if payload["success"] else (payload.get("error") or {}).get("message", "")
        line.detail = f"{_cut(_text(told))}  {payload['execution_time_ms']:.0f} ms"

    def _picture(self) -> Group:
        lines = [_row(line) for line in self._lines]
        return Group(*lines, Spinner("dots", Text(_cut(inert(self._now)), style="dim")))

    def _print(self, *lines: Line) -> None:
        for line in lines:
            self._console.print(_row(line), soft_wrap=True)


MARKS = {"going": ("·", "cyan"), "done": ("✓", "green"), "failed": ("✗", "red")}


def _row(line: Line) -> Text:
    mark, colour = MARKS[line.state]
    detail = f"  {_cut(inert(line.detail))}" if line.detail else ""
    return Text.assemble((mark, colour), " ", (inert(line.title), "bold"), (detail, "dim"))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json_text(value)


def _progress(payload: Mapping[str, Any]) -> str:
    percentage = payload["progress_data"].get("percentage")
    told = str(payload["message"] or payload["progress_data"].get("message") or "working")
    return told if percentage is None else f"{told} ({percentage:.0f} %)"


def _cut(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= SHORT else flat[: SHORT - 1] + "…"
