"""A server that took over may lack the newest transactions: the numbers it gives out get a new epoch."""

import pytest
from sqlalchemy import Connection

from adapters.event_log.store import KeptBounds
from adapters.storage.places import located
from adapters.storage.postgres import PostgresServer
from adapters.storage.postgres_database import PostgresDatabase
from services.errors import Superseded
from services.ports.events import Lapped
from tests.build import build
from tests.contracts.event_log.conftest import event, fill
from tests.contracts.event_log.kinds import Postgres
from tests.fakes import FakeClock

pytestmark = pytest.mark.needs("postgres")


async def took_over(url: str) -> None:
    """Let the rows be as a former server wrote them, one transaction short."""
    server = located(url)
    assert isinstance(server, PostgresServer)

    def change(connection: Connection) -> None:
        connection.exec_driver_sql("UPDATE logs SET timeline = '0000002A', head = 4").close()
        connection.exec_driver_sql("DELETE FROM events WHERE seq > 4").close()
        connection.exec_driver_sql("UPDATE producers SET last = 4").close()

    async with build(PostgresDatabase, server, connections=1) as database:
        await database.write(change)


@pytest.mark.parametrize("first", ["head", "append", "read"])
async def test_another_server_begins_a_new_epoch_whoever_comes_first(
    postgres_url: str, clock: FakeClock, first: str
) -> None:
    place = Postgres(clock, postgres_url)
    async with place.log() as log:
        watch = log.watch("u1")
        await fill(log, 5)
        await log.fence("u1", "r2", 7)
        old = await log.head("u1")
        await took_over(postgres_url)
        match first:
            case "head":
                assert (await log.head("u1")).head == 0
            case "append":
                assert (await log.append(event(6))).seq == 1
            case _:
                with pytest.raises(Lapped):
                    await log.read("u1", 9)
        new = await log.head("u1")
        assert new.epoch != old.epoch
        with pytest.raises(Lapped) as lapped:
            await watch.wait(5)
        assert lapped.value.head.epoch == new.epoch
        assert await log.read("u1", new.head) == []
        with pytest.raises(Superseded):
            await log.append(event(1, "r2"), 6)  # fences do not end with an epoch
        assert (await log.append(event(7))).epoch == new.epoch
        watch.close()


async def test_the_same_server_keeps_its_epochs(postgres_url: str, clock: FakeClock) -> None:
    place = Postgres(clock, postgres_url)
    async with place.store(KeptBounds(5, 600)) as store:
        assert await store.heads(["u1"]) == await store.heads(["u1"])
