"""What the doctor says of Redis."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from adapters.cli.checks import Level, redis
from config.redis import Redis
from config.settings import Settings
from tests.apart import apart
from tests.engines.redis import MakeServer

LASTING = {"appendonly": "yes", "appendfsync": "always"}
FORGETFUL = {"maxmemory_policy": "allkeys-lru"}

pytestmark = pytest.mark.needs("redis-server")


def checks(tmp_path: Path, url: str | None) -> list[tuple[Level, str]]:
    settings = Settings(data=tmp_path, redis=Redis(url=SecretStr(url) if url else None, timeout=10))
    found = apart(lambda: list(redis(settings)))
    assert all(check.name == "redis" for check in found)
    return [(check.level, check.detail) for check in found]


def test_without_redis_nothing_is_said(tmp_path: Path):
    assert checks(tmp_path, None) == []


@pytest.mark.parametrize(
    ("settings", "level", "words"),
    [
        (LASTING, Level.OK, "nothing is lost"),
        ({"appendonly": "yes", "appendfsync": "everysec"}, Level.WARN, "may lose its last moments"),
        ({"save": "3600 1"}, Level.WARN, "may lose its last moments"),
        ({}, Level.WARN, "keeps nothing on disk"),
        ({**LASTING, **FORGETFUL}, Level.WARN, "allkeys-lru"),
        ({"maxmemory": "100mb", **FORGETFUL}, Level.FAIL, "redis.url: names a Redis with"),
    ],
)
def test_what_a_restart_would_mean_is_said(tmp_path: Path, redis_server: MakeServer, settings, level, words):
    server = redis_server(requirepass="p@ss/word-4711", **settings)
    ((found, detail),) = checks(tmp_path, server.url)
    assert found is level
    assert words in detail
    assert "4711" not in detail


def test_a_wrong_password_fails_and_is_not_shown(tmp_path: Path, redis_server: MakeServer):
    server = redis_server(requirepass="p@ss/word-4711")
    ((level, detail),) = checks(tmp_path, server.url.replace("4711", "4712"))
    assert level is Level.FAIL
    assert "redis.url" in detail
    assert "471" not in detail
