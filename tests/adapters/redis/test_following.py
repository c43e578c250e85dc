"""Wake-ups: renewed by themselves whatever befalls the subscription, and then everything is looked at."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

import anyio
import anyio.to_thread
import pytest

from adapters.event_log.store import Change
from adapters.redis.address import RedisAddress
from adapters.redis.following import Follower
from adapters.redis.link import RedisLink
from services.ports.events import Place
from tests.build import build
from tests.engines.redis import MakeServer
from tests.slow_wire import slow_wire

pytestmark = pytest.mark.needs("redis-server")


class Heard(list[Change | None]):
    """What a follower was called with."""

    def __init__(self) -> None:
        self._news = anyio.Event()

    def take(self, change: Change | None) -> None:
        self.append(change)
        self._news.set()

    async def times(self, times: int) -> None:
        await self.until(lambda: self == [None] * times)

    async def until(self, wanted: Callable[[], bool]) -> None:
        with anyio.fail_after(30):
            while not wanted():
                self._news = anyio.Event()
                await self._news.wait()


@asynccontextmanager
async def following(link: RedisLink, heard: Heard, probe: float = 60) -> AsyncGenerator[Follower, None]:
    follower = Follower(link, "moved", "me", probe)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(follower.follow, heard.take)
        await heard.until(lambda: heard == [None])
        yield follower
        tasks.cancel_scope.cancel()


async def test_others_are_heard_and_what_is_ours_or_a_probe_is_not(redis_server: MakeServer):
    heard = Heard()
    async with build(RedisLink, RedisAddress(redis_server().url, 10)) as link, following(link, heard):
        for message in ("me e1 1 2 0 u1", "other", "me", "other e1 7 18 0 a user with blanks"):
            await link.say("PUBLISH", "moved", message)
        await heard.until(lambda: len(heard) > 1)
    assert heard == [None, Change("a user with blanks", Place("e1", 7))]


async def test_after_a_restart_everything_is_looked_at_and_others_are_heard_again(redis_server: MakeServer):
    server, heard = redis_server(), Heard()
    async with build(RedisLink, RedisAddress(server.url, 10)) as link, following(link, heard):
        for n in range(2, 5):
            await anyio.to_thread.run_sync(server.kill)
            await anyio.to_thread.run_sync(server.start)
            await heard.times(n)
        await link.say("PUBLISH", "moved", "other e1 7 2 0 u1")
        await heard.until(lambda: heard[-1] is not None)


async def test_a_subscription_that_is_silently_dead_is_found_and_renewed(redis_server: MakeServer):
    server, heard = redis_server(), Heard()
    async with slow_wire(server.port) as wire, build(RedisLink, RedisAddress(server.url, 10)) as link:
        dead = RedisAddress(f"redis://127.0.0.1:{wire.port}", 10)
        link.address, alive = dead, link.address
        async with following(link, heard, probe=0.1):
            link.address = alive
            wire.silent = True  # open, and nothing comes any more
            await heard.until(lambda: heard == [None, None])
            await link.say("PUBLISH", "moved", "other e1 7 2 0 u1")
            await heard.until(lambda: heard[-1] is not None)


async def test_a_subscription_that_the_server_ended_for_us_alone_is_found(redis_server: MakeServer):
    server, heard = redis_server(), Heard()
    async with build(RedisLink, RedisAddress(server.url, 10)) as link, following(link, heard):
        await link.say("CLIENT", "KILL", "TYPE", "pubsub")
        await heard.until(lambda: heard == [None, None])


async def test_a_quiet_subscription_is_kept(redis_server: MakeServer, monkeypatch: pytest.MonkeyPatch):
    server, heard, probes = redis_server(), Heard(), Heard()
    async with (
        build(RedisLink, RedisAddress(server.url, 10)) as link,
        following(link, heard, probe=0.1) as own,
    ):
        own.silence = 1.0
        say = link.say

        async def counted(*words: str) -> None:
            await say(*words)
            probes.take(None)

        monkeypatch.setattr(link, "say", counted)
        await probes.until(lambda: len(probes) == 20)  # twice what is borne in silence
    assert heard == [None]
