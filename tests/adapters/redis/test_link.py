"""The link: whose answer is whose, what an outage looks like, and that it ends by itself."""

import math
import random
import re

import anyio
import anyio.to_thread
import pytest
from structlog.testing import capture_logs

from adapters.redis.address import RedisAddress
from adapters.redis.link import RedisLink
from adapters.redis.scripts import Plain, Script
from services.errors import InvalidInput, Unavailable
from tests.build import build
from tests.engines.redis import MakeServer
from tests.slow_wire import slow_wire

pytestmark = pytest.mark.needs("redis-server")
ECHO = Script("return ARGV[2]")


def link_to(url: str, *, timeout: float = 10, lanes: int = 2) -> RedisLink:
    return build(RedisLink, RedisAddress(url, timeout), lanes)


async def test_nobody_ever_reads_anothers_answer_however_many_give_up(redis_server: MakeServer):
    server, right, cancelled = redis_server(), 0, 0
    wrong: list[object] = []
    rng = random.Random(3)

    async def caller(name: int) -> None:
        nonlocal right, cancelled
        for n in range(40):
            with anyio.move_on_after(rng.uniform(0, 0.02) if n % 2 else math.inf) as scope:
                answers = await link.ask(ECHO.on(arguments=(f"{name}-{n}",)), Plain(("ECHO", f"{name}+{n}")))
                if answers == [f"{name}-{n}".encode(), f"{name}+{n}".encode()]:
                    right += 1
                else:
                    wrong.append((name, n, answers))
            cancelled += scope.cancelled_caught

    async with slow_wire(server.port) as wire:
        async with link_to(f"redis://127.0.0.1:{wire.port}") as link:
            wire.delay = 0.005
            async with anyio.create_task_group() as tasks:
                for name in range(50):
                    tasks.start_soon(caller, name)
            assert await link.say("PING") == b"PONG"
        assert wire.connections == 3  # one looked at the start; no cancellation cost a connection
    assert not wrong
    assert right >= 50 * 20
    assert cancelled > 100


async def test_a_command_of_one_who_gave_up_while_it_waited_is_not_done(redis_server: MakeServer):
    server = redis_server()
    async with link_to(server.url, lanes=1) as link:
        await link.say("PING")
        server.freeze()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(link.say, "SET", "first", "1")
            await anyio.wait_all_tasks_blocked()
            async with anyio.create_task_group() as impatient:
                impatient.start_soon(link.say, "SET", "second", "1")
                await anyio.wait_all_tasks_blocked()
                impatient.cancel_scope.cancel()
            server.thaw()
        assert await link.ask(Plain(("EXISTS", "first")), Plain(("EXISTS", "second"))) == [1, 0]


async def test_who_is_cancelled_waits_no_longer(redis_server: MakeServer):
    server = redis_server()
    async with link_to(server.url) as link:
        await link.say("PING")
        server.freeze()
        with anyio.fail_after(5), anyio.move_on_after(0.01) as scope:
            await link.say("PING")
        server.thaw()
        assert scope.cancelled_caught
        assert await link.say("PING") == b"PONG"


async def test_a_server_that_is_away_is_refused_at_once_and_found_again(redis_server: MakeServer):
    server = redis_server()
    async with link_to(server.url) as link:
        await link.say("PING")
        server.kill()
        for _ in range(3):
            with pytest.raises(Unavailable, match="cannot be reached") as refused:
                await link.say("PING")
            assert (refused.value.code, refused.value.retry_after_s) == ("storage_unavailable", 1.0)
        server.start()
        assert await link.say("PING") == b"PONG"


async def test_a_restart_while_the_link_was_idle_costs_no_caller_anything(redis_server: MakeServer):
    server = redis_server()
    async with link_to(server.url) as link:
        await link.say("PING")
        server.kill()
        await anyio.to_thread.run_sync(server.start)  # meanwhile the loop learns that the connection ended
        assert await link.say("PING") == b"PONG"


async def test_a_silent_server_is_given_up_after_the_timeout_for_all_that_wait(redis_server: MakeServer):
    server = redis_server()
    refused: list[bool] = []

    async def caller() -> None:
        with pytest.raises(Unavailable, match="in time"):
            await link.say("PING")
        refused.append(True)

    async with link_to(server.url, timeout=0.2, lanes=1) as link:
        await link.say("PING")
        server.freeze()
        async with anyio.create_task_group() as tasks:
            for _ in range(200):  # more than one exchange carries
                tasks.start_soon(caller)
        server.thaw()
        assert len(refused) == 200
        assert await link.say("PING") == b"PONG"


async def test_what_waits_is_bounded(redis_server: MakeServer):
    server = redis_server()
    async with build(RedisLink, RedisAddress(server.url, 10), 1, 5) as link:
        await link.say("PING")
        server.freeze()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(link.say, "PING")  # on its way
            await anyio.wait_all_tasks_blocked()
            for _ in range(5):
                tasks.start_soon(link.say, "PING")
            await anyio.wait_all_tasks_blocked()
            with pytest.raises(Unavailable, match="Too much is waiting"):
                await link.say("PING")
            server.thaw()


async def test_scripts_that_the_server_has_forgotten_are_sent_whole(redis_server: MakeServer):
    server = redis_server()
    async with link_to(server.url) as link:
        for _ in range(3):
            server.command("SCRIPT", "FLUSH")
            call = ECHO.on(arguments=("here",))
            assert await link.ask(call, Plain(("PING",)), call) == [b"here", b"PONG", b"here"]


async def test_the_link_makes_no_more_connections_than_it_may(redis_server: MakeServer):
    server = redis_server()
    async with slow_wire(server.port) as wire:
        async with link_to(f"redis://127.0.0.1:{wire.port}", lanes=3) as link:
            wire.delay = 0.01
            async with anyio.create_task_group() as tasks:
                for _ in range(1000):
                    tasks.start_soon(link.say, "PING")
        assert wire.connections == 1 + 3


async def test_a_closed_link_refuses(redis_server: MakeServer):
    async with link_to(redis_server().url) as link:
        pass
    with pytest.raises(Unavailable, match="closed"):
        await link.say("PING")


@pytest.mark.parametrize(
    ("setting", "word"),
    [
        (("maxmemory", "1"), "out of memory"),
        (("min-replicas-to-write", "1"), "too few replicas"),
        (("replicaof", "127.0.0.1", "1"), "replica that takes no writes"),
    ],
)
async def test_a_server_that_takes_no_writes_is_told_in_words(redis_server: MakeServer, setting, word):
    server = redis_server()
    async with link_to(server.url) as link:
        await link.say("SET", "key", "1")
        server.command(*(setting if setting[0] == "replicaof" else ("CONFIG", "SET", *setting)))
        with pytest.raises(Unavailable, match=word):
            await link.say("SET", "key", "2")
        with pytest.raises(Unavailable, match=word):
            await link.ask(Script("return redis.call('SET', KEYS[1], 1)").on("key"))


async def test_a_lost_password_is_never_shown(redis_server: MakeServer):
    server = redis_server(requirepass="p@ss/word-4711")
    address = RedisAddress(server.url, 10)
    assert str(address) == repr(address) == f"redis://127.0.0.1:{server.port}/0"
    with capture_logs() as logs:
        async with build(RedisLink, address) as link:
            assert await link.say("PING") == b"PONG"
            server.kill()
            with pytest.raises(Unavailable) as refused:
                await link.say("PING")
            server.settings["requirepass"] = "another"
            server.start()
            with pytest.raises(Unavailable, match="refuses the password") as denied:
                await link.say("PING")
    said = "".join(map(repr, (refused.value, denied.value, address, link, logs)))
    assert "redis_lost" in said
    assert "4711" not in said


async def refused_at_start(url: str) -> str:
    with pytest.raises(InvalidInput) as refused:
        async with link_to(url):
            pass
    assert [error.field for error in refused.value.errors] == ["redis.url"]
    assert "\n" not in str(refused.value)
    return refused.value.errors[0].message


async def test_a_server_that_is_not_there_at_the_start_is_named(redis_server: MakeServer):
    server = redis_server()
    server.kill()
    said = await refused_at_start(server.url)
    cure = "start Redis there, or correct the address"
    assert said == f"redis://127.0.0.1:{server.port}/0: Redis cannot be reached: {cure}"
    server.start()


@pytest.mark.parametrize("secret", ["wrong-4711", ""])
async def test_a_wrong_password_is_told_without_showing_it(redis_server: MakeServer, secret: str):
    server = redis_server(requirepass="p@ss/word-4711")
    said = await refused_at_start(f"redis://:{secret}@127.0.0.1:{server.port}/0")
    assert "refuses the user or the password" in said
    assert "4711" not in said


@pytest.mark.parametrize(
    "url", ["http://x:4711@y", "redis://h:port", "redis://h/0?nonsense=4711", "", "redis://h?db=x"]
)
def test_what_is_no_redis_url_is_refused_without_showing_it(url: str):
    with pytest.raises(InvalidInput) as refused:
        RedisAddress(url, 1)
    assert re.match(r"is no Redis URL: write redis://", refused.value.errors[0].message)
    assert "4711" not in str(refused.value)


@pytest.mark.parametrize("policy", ["allkeys-lru", "volatile-lru", "allkeys-random", "volatile-lfu"])
async def test_a_server_that_throws_keys_away_is_refused(redis_server: MakeServer, policy: str):
    server = redis_server(maxmemory="100mb", maxmemory_policy=policy)
    assert f"maxmemory-policy {policy}" in await refused_at_start(server.url)
    server.command("CONFIG", "SET", "maxmemory-policy", "volatile-ttl")
    async with link_to(server.url) as link:
        await link.say("PING")


async def test_what_one_caller_says_never_breaks_what_others_say_beside_it(redis_server: MakeServer):
    async with link_to(redis_server().url, lanes=1) as link, anyio.create_task_group() as tasks:
        for n in range(20):
            tasks.start_soon(link.say, "SET", f"key{n}", "\ud800" if n % 2 else "x")
    async with link_to(link_url := f"redis://127.0.0.1:{link.address._options['port']}/0") as again:
        assert await again.say("GET", "key1") == "\ud800".encode("utf-8", "surrogatepass"), link_url
