"""Logging: structlog, configured once for the process; JSON unless somebody looks at a terminal.

A library that logs by itself takes the same way, from its warnings on. The web server's access log is off:
a run and a call have one line each, and they say more.
"""

import logging
import sys
from collections.abc import Iterable
from typing import TextIO

import structlog
from pydantic import BaseModel, SecretStr
from structlog.typing import Processor

from config.log_lines import (
    EXCEPTIONS,
    Mask,
    as_json,
    as_json_text,
    escape_controls,
    hide_secrets,
    traceback_for_people,
)
from config.settings import Logs
from config.urls import passwords_in

LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
FOREIGN = ("", "uvicorn", "uvicorn.error", "uvicorn.access", "sqlalchemy", "alembic", "fastapi", "asyncio")
"""Loggers of libraries; the nameless one is every other library's."""


def configure_logs(logs: Logs, secrets: Iterable[str] = ()) -> None:
    """Set up logging to standard error; the last call counts.

    ``secrets`` are values that must not be seen in any line.
    """
    as_lines = logs.format == "json" or (logs.format == "auto" and not sys.stderr.isatty())
    level, mask = LEVELS[logs.level], Mask(secrets)
    native: list[Processor] = [*_shared(), *(_json(as_json) if as_lines else _console()), mask]
    structlog.configure(
        processors=native,
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.BytesLoggerFactory(sys.stderr.buffer)
        if as_lines
        else structlog.PrintLoggerFactory(sys.stderr),
    )
    foreign: list[Processor] = [*(_json(as_json_text) if as_lines else _console()), mask]
    _route_foreign(foreign, max(level, logging.WARNING))


def secret_values(section: BaseModel) -> list[str]:
    """Return every secret that these settings hold, also the passwords in URLs."""
    values = [getattr(section, name) for name in type(section).model_fields]
    inner = [secret for value in values if isinstance(value, BaseModel) for secret in secret_values(value)]
    plain = [password for value in values if isinstance(value, str) for password in passwords_in(value)]
    return inner + plain + [value.get_secret_value() for value in values if isinstance(value, SecretStr)]


def _shared() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        hide_secrets,
    ]


def _json(renderer: Processor) -> list[Processor]:
    return [EXCEPTIONS, renderer]


def _console() -> list[Processor]:
    renderer = structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(), exception_formatter=traceback_for_people
    )
    return [escape_controls, renderer]


def _route_foreign(ending: list[Processor], level: int) -> None:
    handler = _Handler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *_shared()],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *ending],
        )
    )
    for name in FOREIGN:
        logger = logging.getLogger(name)
        others = [each for each in logger.handlers if not isinstance(each, _Handler)] if not name else []
        logger.handlers, logger.propagate = [*others, handler], False
        logger.setLevel(level)


class _Handler(logging.StreamHandler[TextIO]):
    """Ours, so that a second call finds and replaces it and leaves those of others at the root alone."""
