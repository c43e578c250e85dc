"""A server that has lost something: the same number is never given to another event in the same epoch."""

import anyio
import anyio.to_thread
import pytest

from adapters.redis.guarantees import loses_nothing
from services.errors import Superseded
from services.ports.events import Head
from tests.adapters.redis.opening import append, opened, texts
from tests.contracts.event_store.conftest import entry
from tests.engines.redis import MakeServer
from tests.engines.redis_server import RedisServer

pytestmark = pytest.mark.needs("redis-server")
LASTING_PAIR = {"appendonly": "yes", "appendfsync": "always", "repl_diskless_sync_delay": "0"}
META, STREAM = "soledoor:{u1}:log", "soledoor:{u1}:events"


async def test_after_a_power_cut_that_took_the_tail_the_epoch_is_another_one(redis_server: MakeServer):
    server = redis_server(appendonly="yes", appendfsync="everysec")
    async with opened(server.url) as store:
        (before,) = await append(store, 1)
        for n in range(2, 11):
            await append(store, n, text="a" * 1000)
    server.kill()
    server.lose_tail(3000)
    server.start()
    async with opened(server.url) as store:
        (after,) = await append(store, 11, text="b")
        assert after.epoch != before.epoch
        assert [(epoch, seq) for epoch, seq, _ in await texts(store)] == [(after.epoch, 1)]


async def test_who_only_reads_after_a_power_cut_is_told_too(redis_server: MakeServer):
    server = redis_server(appendonly="yes", appendfsync="everysec")
    async with opened(server.url) as store:
        (before,) = await append(store, 1)
        server.kill()
        await anyio.to_thread.run_sync(server.start)
        head, frames = await store.read("u1", 0, 10)
        assert (head.epoch != before.epoch, head.head, frames) == (True, 0, [])
        assert (await store.heads(["u1"]))["u1"] == head
        assert await store.read_run("u1", "r1") == []
        assert await store.last_run_seq("u1", "r1") == 0


async def test_a_server_that_loses_nothing_goes_on_where_it_was(redis_server: MakeServer):
    server = redis_server(appendonly="yes", appendfsync="always")
    async with opened(server.url) as store:
        places = await append(store, 1, 2)
        before = await texts(store)
    for _ in range(2):
        server.kill()
        server.start()
    async with opened(server.url) as store:
        assert await texts(store) == before
        assert await append(store, 2) == places[1:]
        (third,) = await append(store, 3)
        assert third == (places[0].epoch, 3)


async def test_a_server_that_was_only_lately_told_to_lose_nothing_is_not_believed(redis_server: MakeServer):
    server = redis_server(appendonly="yes", appendfsync="everysec")
    async with opened(server.url) as store:
        (before,) = await append(store, 1)
    server.kill()
    server.settings["appendfsync"] = "always"
    server.start()
    async with opened(server.url) as store:
        (after,) = await append(store, 2)
    assert after.epoch != before.epoch


async def test_an_emptied_server_begins_anew(redis_server: MakeServer):
    server = redis_server()
    async with opened(server.url) as store:
        (before,) = await append(store, 1)
        server.command("FLUSHALL")
        (after,) = await append(store, 2)
    assert (after.epoch != before.epoch, after.seq) == (True, 1)


async def test_left_over_events_of_an_older_epoch_are_never_read(redis_server: MakeServer):
    server = redis_server()
    async with opened(server.url) as store:
        await append(store, 1, 2, 3)
        server.command("DEL", META)  # as an eviction does
        head, frames = await store.read("u1", 0, 10)
        assert (head.head, frames, await store.read_run("u1", "r1")) == (0, [], [])
        server.command("DEL", META)
        (place,) = await append(store, 4, text="new")
        ((epoch, seq, data),) = await texts(store)
    assert ((epoch, seq), b"new" in data) == (place, True)


async def test_events_that_were_evicted_alone_are_told_as_trimmed(redis_server: MakeServer):
    server = redis_server()
    async with opened(server.url) as store:
        (*_, before) = await append(store, 1, 2, 3)
        server.command("DEL", STREAM)
        assert (await store.heads(["u1"]))["u1"] == Head(before.epoch, 4, 3)
        assert await append(store, 4) == [(before.epoch, 4)]


async def test_a_server_that_went_back_in_time_is_seen_by_who_remembers(redis_server: MakeServer):
    server = redis_server()
    async with opened(server.url) as store:
        (*_, before) = await append(store, 1, 2, 3)
        server.command("HSET", META, "s", "1")  # a copy from before, put back in the same place
        server.command("DEL", STREAM)
        (after,) = await append(store, 4)
    assert after.epoch != before.epoch


async def test_a_stream_ahead_of_its_meta_heals_by_a_new_epoch(redis_server: MakeServer):
    server = redis_server()
    async with opened(server.url) as store:
        (before,) = await append(store, 1)
        server.command("XADD", STREAM, "99-0", "r", "x", "n", "1", "b", "{}")
        (again, after) = await append(store, 1, 2)
        assert (again, after) == ((after.epoch, 1), (after.epoch, 2))
        assert after.epoch != before.epoch
        assert len(await texts(store)) == 2


async def test_what_was_lost_with_its_confirmation_is_kept_when_it_is_sent_again(redis_server: MakeServer):
    server = redis_server(appendonly="yes", appendfsync="everysec")
    async with opened(server.url) as store:
        await append(store, 1, 2)
        server.kill()
        await anyio.to_thread.run_sync(server.start)
        assert [place.seq for place in await append(store, 2, 3)] == [1, 2]
        assert len(await texts(store)) == 2


async def test_a_fence_outlives_the_epoch(redis_server: MakeServer):
    server = redis_server(appendonly="yes", appendfsync="always")
    async with opened(server.url) as store:
        (before,) = await append(store, 1)
        await store.fence("u1", "r1", 7)
    server.kill()
    server.settings["appendfsync"] = "everysec"
    server.start()
    async with opened(server.url) as store:
        (answer,) = await store.append([entry(2, fence=6)])
        assert isinstance(answer, Superseded)
        (after,) = await append(store, 2, fence=7)
    assert after.epoch != before.epoch


async def synced(replica: RedisServer, master: RedisServer) -> None:
    replica.command("REPLICAOF", "127.0.0.1", str(master.port))
    with anyio.fail_after(30):
        while master.command("WAIT", "1", "100") != ":1":
            await anyio.sleep(0.01)


async def promoted(replica: RedisServer) -> None:
    """Return once it is a master that loses nothing: after a copy it has to write a new file first."""
    replica.command("REPLICAOF", "NO", "ONE")
    with anyio.fail_after(30):
        while {replica.info(f"aof_rewrite_{state}") for state in ("in_progress", "scheduled")} != {"0"}:
            await anyio.sleep(0.01)


async def test_a_promoted_replica_begins_anew_however_well_it_writes(redis_server: MakeServer):
    master, replica = (redis_server(**LASTING_PAIR) for _ in range(2))
    await synced(replica, master)
    async with opened(master.url) as store:
        (before,) = await append(store, 1)
        assert master.command("WAIT", "1", "10000") == ":1"
        replica.command("REPLICAOF", "127.0.0.1", "1")  # it hears no more
        (unheard,) = await append(store, 2, text="lost")
    await promoted(replica)
    async with opened(replica.url) as store:
        (other,) = await append(store, 2, text="another")
    assert unheard == (before.epoch, 2)
    assert other.epoch != before.epoch


async def test_a_master_that_was_a_replica_for_a_while_begins_anew(redis_server: MakeServer):
    first, second = (redis_server(**LASTING_PAIR) for _ in range(2))
    async with opened(first.url) as store:
        (before,) = await append(store, 1)
        await synced(second, first)
        second.command("REPLICAOF", "NO", "ONE")
        (unheard,) = await append(store, 2, text="lost")
        await synced(first, second)  # what only the first had is gone
        await promoted(first)
    async with opened(first.url) as store:  # the same process as before, by another's memory
        (other,) = await append(store, 2, text="another")
    assert unheard == (before.epoch, 2)
    assert other.epoch != before.epoch


SAFE = {
    "aof_enabled": "1",
    "aof_last_write_status": "ok",
    "aof_rewrite_in_progress": "0",
    "aof_rewrite_scheduled": "0",
}
CONFIG = {"appendfsync": "always", "no-appendfsync-on-rewrite": "no", "repl-backlog-ttl": "3600"}


def answers(changed: dict[str, str]) -> list[object]:
    info = "".join(f"{name}:{changed.get(name, value)}\r\n" for name, value in SAFE.items())
    return [
        info.encode(),
        *([name.encode(), changed.get(name, value).encode()] for name, value in CONFIG.items()),
    ]


@pytest.mark.parametrize(
    ("changed", "safe"),
    [
        ({}, True),
        ({"repl-backlog-ttl": "0"}, True),
        ({"repl-backlog-ttl": "60"}, False),
        ({"aof_enabled": "0"}, False),
        ({"aof_last_write_status": "err"}, False),
        ({"aof_rewrite_in_progress": "1"}, False),
        ({"aof_rewrite_scheduled": "1"}, False),
        ({"appendfsync": "everysec"}, False),
        ({"no-appendfsync-on-rewrite": "yes"}, False),
    ],
)
def test_only_a_server_that_writes_everything_first_loses_nothing(changed: dict[str, str], safe: bool):
    assert loses_nothing(answers(changed)) is safe


def test_a_server_that_does_not_tell_its_settings_gives_no_guarantee():
    assert not loses_nothing([answers({})[0], RuntimeError(), *answers({})[2:]])
    assert not loses_nothing([answers({})[0], [], [], []])


async def test_a_cluster_finds_all_keys_of_a_user_in_one_place(redis_server: MakeServer):
    server = redis_server(cluster_enabled="yes")
    server.command("CLUSTER", "ADDSLOTSRANGE", "0", "16383")
    with anyio.fail_after(30):
        while server.command("SET", "probe", "1") != "+OK":
            await anyio.sleep(0.01)
    users = [f"user-{n}" for n in range(50)]
    async with opened(server.url) as store:
        await store.append([entry(1, user=user) for user in users])
        for user in users:
            await store.fence(user, "r1", 2)
            assert len(await store.read_run(user, "r1")) == 1
        assert {head.head for head in (await store.heads(users)).values()} == {1}


async def test_what_is_known_of_runs_does_not_grow_for_ever(redis_server: MakeServer):
    server = redis_server()
    async with opened(server.url, events=10) as store:
        for n in range(300):
            await append(store, 1, run=f"run-{n}")
        assert await store.last_run_seq("u1", "run-299") == 1
        assert int(server.command("HLEN", META).removeprefix(":")) < 100
