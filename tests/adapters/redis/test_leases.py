"""Leases after the server has lost them: nobody is taken for dead before there was time to renew."""

import anyio
import anyio.to_thread
import pytest

from adapters.redis.address import RedisAddress
from adapters.redis.leases import RedisLeases
from adapters.redis.link import RedisLink
from services.ports.leases import Leases
from tests.build import build
from tests.engines.redis import MakeServer

pytestmark = pytest.mark.needs("redis-server")
SECONDS = 1.0


async def all_renewed(one: Leases, other: Leases) -> None:
    for leases, name in ((one, "one"), (other, "other")):
        await leases.hold(name, SECONDS)


async def until_without(leases: Leases, name: str) -> None:
    with anyio.fail_after(30):
        while await leases.without([name]) != {name}:
            await anyio.sleep(0.05)


@pytest.mark.parametrize("loss", ["restart", "flush"])
async def test_who_comes_back_first_takes_nobody_for_dead(redis_server: MakeServer, loss: str):
    server = redis_server()
    async with build(RedisLink, RedisAddress(server.url, 10)) as link:
        one, other = build(RedisLeases, link), build(RedisLeases, link)
        await all_renewed(one, other)
        await until_without(one, "dead")
        if loss == "restart":
            await anyio.to_thread.run_sync(server.kill)
            await anyio.to_thread.run_sync(server.start)
        else:
            server.command("FLUSHALL")
        assert await one.without(["other", "dead"]) == frozenset()
        await all_renewed(one, other)
        with anyio.move_on_after(30):
            while not (missing := await one.without(["other", "dead"])):
                await all_renewed(one, other)
                await anyio.sleep(0.05)
        assert missing == {"dead"}
