"""Logging: structlog, configured once, JSON unless somebody looks at a terminal; secrets never pass."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import orjson
import structlog

from config.settings import Logs
from services.sanitising import redacted

LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}
FOREIGN = ("uvicorn", "uvicorn.error", "uvicorn.access", "sqlalchemy", "alembic", "fastapi", "asyncio")
"""Libraries that log by themselves; their lines take the same way."""


def configure_logs(logs: Logs) -> None:
    """Set up logging for this process; the last call counts."""
    as_json = logs.format == "json" or (logs.format == "auto" and not sys.stderr.isatty())
    level = LEVELS[logs.level]
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _hide_secrets,
    ]
    ending = _json_ending() if as_json else _console_ending()
    structlog.configure(
        processors=[*shared, *ending],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.BytesLoggerFactory(sys.stderr.buffer)
        if as_json
        else structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    _route_foreign(shared, ending, max(level, logging.WARNING))


def _json_ending() -> list[structlog.typing.Processor]:
    return [
        structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False)),
        structlog.processors.JSONRenderer(serializer=_dumps),
    ]


def _console_ending() -> list[structlog.typing.Processor]:
    plain = structlog.dev.plain_traceback
    return [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=plain)]


def _dumps(event: Any, **_: Any) -> bytes:
    return orjson.dumps(event, default=str)


def _hide_secrets(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    exception = event.pop("exc_info", None)
    hidden: MutableMapping[str, Any] = redacted(dict(event))
    if exception is not None:
        hidden["exc_info"] = exception
    return hidden


def _route_foreign(
    shared: list[structlog.typing.Processor], ending: list[structlog.typing.Processor], level: int
) -> None:
    last = [step for step in ending if not isinstance(step, structlog.processors.JSONRenderer)]
    renderer = structlog.processors.JSONRenderer() if len(last) != len(ending) else last.pop()
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last, renderer],
        )
    )
    for name in FOREIGN:
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [handler], False
        logger.setLevel(level)
