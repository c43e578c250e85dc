"""What the doctor looks at on this machine and in the data directory; each check returns, none raises."""

import platform
import resource
import shutil
import socket
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import version

import anyio

from adapters.cli.migrating import database_place
from adapters.redis.unusable import refuse_without_client
from adapters.storage.directory import usable
from adapters.storage.migrate import current
from adapters.storage.revisions import head
from config.settings import Settings
from services.errors import SoledoorError

CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")
SPARE_FILES = 200
"""Open files beside the sockets: database, logs, uploads."""


class Level(StrEnum):
    """How well something is."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Check:
    """One finding, and the cure where there is something to mend."""

    name: str
    level: Level
    detail: str
    cure: str = ""


def machine(settings: Settings) -> Iterator[Check]:
    """Versions, port, file limit, browser."""
    versions = (
        f"soledoor {version('soledoor')}, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    )
    yield Check("versions", Level.OK, versions)
    yield _port(settings.server.host, settings.server.port)
    yield _open_files(settings.server.sockets_total)
    yield _chromium()


def storage(settings: Settings) -> Iterator[Check]:
    """Data directory and database."""
    data = _data(settings)
    yield data
    if data.level is Level.OK or settings.database.url:
        yield _database(settings)


def _data(settings: Settings) -> Check:
    if not settings.data.exists():
        return Check("data", Level.WARN, f"{settings.data} is not there yet", "the first start makes it")
    try:
        usable(settings.data)
    except SoledoorError as error:
        return Check("data", Level.FAIL, str(error))
    return Check("data", Level.OK, str(settings.data))


def redis(settings: Settings) -> Iterator[Check]:
    """The Redis server, where one is set."""
    if settings.redis.url is None:
        return
    try:
        refuse_without_client()
        from adapters.redis.address import RedisAddress  # noqa: PLC0415 - the client is an extra
        from adapters.redis.examining import examine  # noqa: PLC0415

        address = RedisAddress(settings.redis.url.get_secret_value(), settings.redis.timeout)
        findings = anyio.run(examine, address, backend="asyncio")
    except SoledoorError as error:
        yield Check("redis", Level.FAIL, str(error))
        return
    for finding in findings:
        yield Check("redis", Level.WARN, f"{address} {finding}")
    if not findings:
        yield Check("redis", Level.OK, f"{address}, nothing is lost when it stops")


def _database(settings: Settings) -> Check:
    try:
        place = database_place(settings)
        revision = anyio.run(current, place, backend="asyncio")
    except SoledoorError as error:
        return Check("database", Level.FAIL, str(error))
    if revision is None:
        return Check(
            "database",
            Level.WARN,
            f"{place.name} is empty",
            "the first start, or `migrate`, makes its tables",
        )
    if revision != head():
        return Check(
            "database",
            Level.WARN,
            f"revision {revision}, the newest is {head()}",
            "start the server, or run `migrate`",
        )
    return Check("database", Level.OK, f"{place.name}, revision {revision} (newest)")


def _port(host: str, port: int) -> Check:
    try:
        with socket.create_server((host, port)):
            return Check("port", Level.OK, f"{host}:{port or 'a free one'} can be taken")
    except OSError as error:
        cure = "a running server holds it, or choose another port"
        return Check("port", Level.WARN, f"{host}:{port}: {error.strerror}", cure)


def _open_files(sockets: int) -> Check:
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= sockets + SPARE_FILES:
        return Check("open files", Level.OK, f"{soft} allowed")
    cure = f"raise it (ulimit -n {sockets + SPARE_FILES}), or lower server.sockets_total"
    return Check("open files", Level.WARN, f"{soft} allowed, but {sockets} sockets are", cure)


def _chromium() -> Check:
    for name in CHROMIUMS:
        if found := shutil.which(name):
            return Check("chromium", Level.OK, found)
    return Check(
        "chromium", Level.WARN, "not found", "only the browser tests need it; `make test` installs it as root"
    )
