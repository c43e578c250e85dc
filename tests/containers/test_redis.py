"""Redis as a setting: what it changes, and how a wrong one is refused."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from adapters.event_log.sql.store import SqlEventStore
from adapters.redis.events import RedisEventStore
from config.redis import Redis
from config.settings import Events, Settings
from containers.bootstrap import bootstrap, container_for
from services.errors import InvalidInput
from tests.contracts.event_log.conftest import event
from tests.engines.redis import MakeServer


def settings(data: Path, url: str | None, log: str = "auto") -> Settings:
    secret = SecretStr(url) if url else None
    return Settings(data=data, redis=Redis(url=secret, timeout=10), events=Events(log=log))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("url", "log", "kept_in"),
    [
        (None, "auto", SqlEventStore),
        ("redis://127.0.0.1:1/0", "auto", RedisEventStore),
        ("redis://127.0.0.1:1/0", "redis", RedisEventStore),
        ("redis://127.0.0.1:1/0", "sql", SqlEventStore),
    ],
)
def test_events_are_kept_where_the_settings_say(tmp_path: Path, url, log, kept_in):
    assert container_for(settings(tmp_path, url, log)).event_store.provides is kept_in


@pytest.mark.parametrize(
    ("url", "log"), [(None, "redis"), ("http://nowhere", "auto"), ("redis://x?no=1", "redis")]
)
def test_what_cannot_be_used_is_refused_before_anything_is_built(tmp_path: Path, url, log):
    with pytest.raises(InvalidInput) as refused:
        container_for(settings(tmp_path, url, log))
    assert [error.field for error in refused.value.errors] == ["redis.url"]


@pytest.mark.needs("redis-server")
async def test_an_application_keeps_its_events_there(tmp_path: Path, redis_server: MakeServer):
    server = redis_server(requirepass="p@ss/word-4711")
    async with bootstrap(settings(tmp_path, server.url)) as application:
        place = await application.log.append(event(1))
        assert (await application.log.read("u1", 0))[0].seq == place.seq
    assert server.command("EXISTS", "soledoor:{u1}:log") == ":1"


@pytest.mark.needs("redis-server")
async def test_an_application_does_not_start_without_its_server(tmp_path: Path, redis_server: MakeServer):
    server = redis_server()
    server.kill()
    with pytest.raises(InvalidInput, match=r"redis\.url"):
        async with bootstrap(settings(tmp_path, server.url)):
            pass
    server.start()
