"""What every test gets: anyio on asyncio, since uvicorn runs nowhere else, its own logging, and a Ctrl-C that
is heard.
"""

import logging
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import structlog

from config.logs import FOREIGN

pytest_plugins = ["containers.testing", "tests.engines.postgres", "tests.engines.redis"]

# What a shell puts in the background ignores Ctrl-C, and each process that the tests start would inherit it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Files in memory where there is room: a durable write waits milliseconds for a disk, and tests make some
# hundred thousand. What dies in tests are processes; no test cuts the power.
MEMORY = Path("/dev/shm")
if "TMPDIR" not in os.environ and MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > 2 * 2**30:
    os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    """Whatever boots an application sets up logging for its process, and here that is ours."""
    with logging_as_it_was():
        yield


@pytest.fixture(autouse=True, scope="module")
def _logging_as_it_was_before_the_file() -> Iterator[None]:
    """The same for an application that all tests of a file share."""
    with logging_as_it_was():
        yield


@contextmanager
def logging_as_it_was() -> Iterator[None]:
    """Take back at the end of the block what it changed."""
    configured, config = structlog.is_configured(), structlog.get_config()
    loggers = [logging.getLogger(name) for name in FOREIGN]
    before = [(logger.handlers, logger.propagate, logger.level) for logger in loggers]
    yield
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()
    if configured:
        structlog.configure(**config)
    for logger, (handlers, propagate, level) in zip(loggers, before, strict=True):
        logger.handlers, logger.propagate = handlers, propagate
        logger.setLevel(level)


SLOWEST = ("scenarios", "browser", "kernel", "docs")


@pytest.hookimpl(trylast=True)  # after the order was left to chance
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the folders that take longest, so that no worker waits for the last of their files."""
    items.sort(key=lambda item: not set(SLOWEST) & {*item.path.parts})
