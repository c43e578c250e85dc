import io
import json
import logging
from datetime import datetime
from typing import Any

import pytest
import structlog

from config.logs import configure_logs, secret_values
from config.settings import Auth, Logs, Models, Settings
from tests.services.contexts import a_context


class Stderr(io.TextIOWrapper):
    """Standard error that can be read, on a terminal or not."""

    def __init__(self, terminal: bool = False) -> None:
        super().__init__(io.BytesIO(), encoding="utf-8", write_through=True)
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal

    def configure(self, logs: Logs, *secrets: str) -> None:
        """Configure logging to this stream; pytest puts its own in the place of the real one."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("sys.stderr", self)
            configure_logs(logs, secrets)

    @property
    def text(self) -> str:
        """Return what was written."""
        assert isinstance(self.buffer, io.BytesIO)
        return self.buffer.getvalue().decode()

    def lines(self) -> list[dict[str, Any]]:
        """Return the lines read as JSON."""
        return [json.loads(line) for line in self.text.splitlines()]


@pytest.fixture
def stderr() -> Stderr:
    return Stderr()


def logged(stderr: Stderr, **values: Any) -> dict[str, Any]:
    """Log one line and return it as it was written."""
    stderr.configure(Logs())
    structlog.get_logger().info("said", **values)
    [line] = stderr.lines()
    return line


def test_a_line_says_when_how_serious_and_what(stderr: Stderr) -> None:
    structlog.contextvars.bind_contextvars(run_id="r-1")
    line = logged(stderr, tool="calculate", ms=1.5)
    moment = datetime.fromisoformat(line.pop("timestamp"))
    assert moment.utcoffset() is not None
    assert line == {"event": "said", "level": "info", "run_id": "r-1", "tool": "calculate", "ms": 1.5}


@pytest.mark.parametrize(("level", "count"), [("debug", 4), ("info", 3), ("warning", 2), ("error", 1)])
def test_the_level_decides_what_is_written(stderr: Stderr, level: Any, count: int) -> None:
    stderr.configure(Logs(level=level))
    log = structlog.get_logger()
    for say in (log.debug, log.info, log.warning, log.error):
        say("said")
    assert len(stderr.lines()) == count


@pytest.mark.parametrize(
    ("shape", "terminal", "is_json"),
    [("auto", False, True), ("auto", True, False), ("json", True, True), ("console", False, False)],
)
def test_json_is_for_machines_and_plain_lines_for_people(shape: Any, terminal: bool, is_json: bool) -> None:
    stderr = Stderr(terminal)
    stderr.configure(Logs(format=shape))
    structlog.get_logger().info("said")
    logging.getLogger("alembic").warning("said")
    assert [line.startswith("{") for line in stderr.text.splitlines()] == [is_json, is_json]


def test_what_stands_under_a_secret_key_is_redacted_at_any_depth(stderr: Stderr) -> None:
    line = logged(stderr, password="pw-1", headers=[{"Authorization": "Bearer x"}], tokens=5)
    assert (line["password"], line["tokens"]) == ("[REDACTED]", 5)
    assert line["headers"] == [{"Authorization": "[REDACTED]"}]


SECRET = 'Zk"8\\é-Lp Qx7'


@pytest.mark.parametrize("shape", ["json", "console"])
def test_a_known_secret_is_hidden_wherever_it_stands(stderr: Stderr, shape: Any) -> None:
    stderr.configure(Logs(format=shape), SECRET, "short", "")
    structlog.get_logger().info(f"said {SECRET}", a=SECRET, b=[{"c": f"x{SECRET}y"}], word="short")
    logging.getLogger("sqlalchemy").error("url %s", SECRET)
    try:
        raise ValueError(SECRET)
    except ValueError:
        structlog.get_logger().exception("failed")
    for fragment in ("Zk", "Lp", "Qx7"):
        assert fragment not in stderr.text
    assert stderr.text.count("********") >= 5
    assert "short" in stderr.text


def test_the_secrets_of_the_settings_are_found(tmp_path: Any) -> None:
    secret = "0123456789abcdefghijklmnopqrstuvwxyz"
    settings = Settings(data=tmp_path, auth=Auth(secret=secret), models=Models(api_key="sk-123456"))  # type: ignore[arg-type]
    assert sorted(secret_values(settings)) == [secret, "sk-123456"]


def test_an_exception_is_told_as_data_without_the_values_of_variables(stderr: Stderr) -> None:
    stderr.configure(Logs())
    hidden = "in a variable"
    try:
        raise LookupError("gone")
    except LookupError:
        structlog.get_logger().exception("failed", size=len(hidden))
    [line] = stderr.lines()
    [exception] = line["exception"]
    assert (exception["exc_type"], exception["exc_value"]) == ("LookupError", "gone")
    assert exception["frames"][-1]["name"].startswith("test_an_exception")
    assert hidden not in stderr.text


def test_long_values_are_cut(stderr: Stderr) -> None:
    line = logged(stderr, text="x" * 1000, items=list(range(100)))
    assert line["text"] == "x" * 500 + "..."
    assert line["items"] == [*range(10), "...(truncated)"]


class Hostile:
    def __str__(self) -> str:
        raise RuntimeError("no text")


def looping() -> list[Any]:
    loop: list[Any] = []
    loop.append(loop)
    return loop


@pytest.mark.parametrize(
    "value",
    ["half \ud800", 2**100, {1: {(2, 3): 4}}, Hostile(), looping(), a_context(), b"\xff", {1}, float("nan")],
)
def test_no_value_can_stop_a_line(stderr: Stderr, value: Any) -> None:
    assert logged(stderr, value=value, other="x")["other"] == "x"


FORGED = 'quiet\n{"event":"forged"}\x1b[2J\x9b\u2028\r'


@pytest.mark.parametrize("shape", ["json", "console"])
def test_no_value_can_begin_a_line_of_its_own_or_command_a_terminal(stderr: Stderr, shape: Any) -> None:
    stderr.configure(Logs(format=shape))
    structlog.get_logger().info(FORGED, name=FORGED, inner=[FORGED])
    assert len(stderr.text.strip("\n").split("\n")) == 1
    assert not set(stderr.text.strip("\n")) & set("\x1b\x9b\r\n")


def test_what_an_exception_says_commands_no_terminal(stderr: Stderr) -> None:
    stderr.configure(Logs(format="console"))
    structlog.get_logger().error("failed", exc_info=ValueError("\x1b[2J\rgone"))
    assert "ValueError" in stderr.text
    assert not set(stderr.text) & set("\x1b\r")


@pytest.mark.parametrize(
    "name", ["uvicorn.error", "sqlalchemy.engine", "alembic.runtime", "asyncio", "httpx2", "any"]
)
def test_warnings_of_libraries_take_the_same_way(stderr: Stderr, name: str) -> None:
    stderr.configure(Logs())
    logging.getLogger(name).info("not this")
    logging.getLogger(name).warning("careful %s", "now", exc_info=ValueError("why"))
    [line] = stderr.lines()
    assert (line["event"], line["level"], line["logger"]) == ("careful now", "warning", name)
    assert line["exception"][0]["exc_value"] == "why"


def test_there_is_no_access_log(stderr: Stderr) -> None:
    stderr.configure(Logs(level="debug"))
    logging.getLogger("uvicorn.access").info("GET /?token=abc 200")
    assert stderr.text == ""


def test_configuring_again_replaces_and_leaves_the_handlers_of_others(stderr: Stderr) -> None:
    other = logging.NullHandler()
    logging.getLogger().addHandler(other)
    stderr.configure(Logs())
    stderr.configure(Logs(level="error"))
    logging.getLogger("any").error("once")
    structlog.get_logger().warning("not this")
    assert len(stderr.lines()) == 1
    assert other in logging.getLogger().handlers
    logging.getLogger().removeHandler(other)
