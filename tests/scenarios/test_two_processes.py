"""Two servers of their own processes on the same data: what one decides holds at the other."""

import json
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import anyio
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from config.database import Database
from config.settings import Settings
from containers.bootstrap import bootstrap
from tests.engines.postgres import Postgres
from tests.processes import ServerProcess, server_process
from tests.scenarios.client import PASSWORD, Client, logged_in

OTHER_PASSWORD = "seven purple lamps"


@dataclass
class Pair:
    """The servers; ``shared`` says whether their limits are counted together."""

    one: ServerProcess
    other: ServerProcess
    settings: Settings
    shared: bool
    numbers: int = 0

    async def user(self, password: str = PASSWORD) -> tuple[Client, Client]:
        """Make an account, log it in at the one, and return it as a client of both."""
        self.numbers += 1
        name = f"somebody{self.numbers}"
        async with bootstrap(self.settings) as application:
            await application.accounts.create(name, password)
        here = await logged_in(self.one.url, name)
        return here, replace(here, url=self.other.url)


ENGINES = ["sqlite", pytest.param("postgres", marks=pytest.mark.needs("postgres"))]


@pytest.fixture(scope="module", params=ENGINES)
async def pair(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncGenerator[Pair, None]:
    data = tmp_path_factory.mktemp("pair") / "data"
    url, more = None, dict[str, str]()
    if request.param == "postgres":
        server: Postgres = request.getfixturevalue("postgres")
        url = server.url(server.fresh(template=server.template()))
        more = {"database__url": url}
    async with AsyncExitStack() as stack:
        servers = [
            await stack.enter_async_context(
                server_process(data, limits__calls_per_minute="7", logs__level="warning", **more)
            )
            for _ in range(2)
        ]
        settings = Settings(data=data, database=Database(url=url))
        yield Pair(servers[0], servers[1], settings, shared=url is not None)


@asynccontextmanager
async def connected(*clients: Client) -> AsyncGenerator[list[ClientConnection], None]:
    """Hold a socket of each client that has said hello."""
    async with AsyncExitStack() as stack:
        yield [(await stack.enter_async_context(client.socket())).connection for client in clients]


async def closed(connection: ClientConnection) -> tuple[int | None, str | None]:
    """Return how the server closes it."""
    with anyio.fail_after(30):
        try:
            while True:
                await connection.recv()
        except ConnectionClosed:
            return connection.close_code, connection.close_reason


async def test_logging_out_at_one_closes_the_sockets_at_the_other(pair: Pair) -> None:
    here, there = await pair.user()
    bystander, _ = await pair.user()
    async with connected(here, there, bystander) as (at_one, at_other, foreign):
        async with there.http() as http:
            assert (await http.post("/auth/logout")).status_code == 204
        assert await closed(at_one) == (4401, "session ended")
        assert await closed(at_other) == (4401, "session ended")
        assert foreign.close_code is None
    async with here.http() as http:
        assert (await http.get("/api/me")).status_code == 401


async def test_a_new_password_closes_every_socket_of_the_account(pair: Pair) -> None:
    here, there = await pair.user()
    async with connected(here, there) as sockets:
        async with bootstrap(pair.settings) as third:
            await third.accounts.change_password(await third.accounts.named(here.name), OTHER_PASSWORD)
        for socket in sockets:
            assert await closed(socket) == (4401, "session ended")


async def test_a_disabled_account_is_out_everywhere(pair: Pair) -> None:
    here, there = await pair.user()
    async with connected(here, there) as sockets:
        await pair.one.command("user", "disable", here.name)
        for socket in sockets:
            assert await closed(socket) == (4401, "session ended")
    async with here.http() as http:
        again = await http.post("/auth/login", json={"username": here.name, "password": PASSWORD})
    assert again.status_code == 401


async def redeemed(url: str, ticket: str) -> bool:
    """Return whether the ticket opens a socket there."""
    async with connect(url.replace("http", "ws") + "/ws") as connection:
        await connection.send(json.dumps({"type": "auth", "ticket": ticket}))
        try:
            return bool(json.loads(await connection.recv())["type"] == "hello")
        except ConnectionClosed:
            assert connection.close_code == 4401
            return False


async def test_a_ticket_of_one_opens_a_socket_at_the_other_once(pair: Pair) -> None:
    here, _ = await pair.user()
    async with here.http() as http:
        tickets = [(await http.post("/auth/ticket")).json()["ticket"] for _ in range(5)]
    for ticket in tickets:
        opened: list[bool] = []

        async def redeem(url: str, ticket: str = ticket, opened: list[bool] = opened) -> None:
            opened.append(await redeemed(url, ticket))

        async with anyio.create_task_group() as tasks:
            for server in (pair.one, pair.other, pair.one, pair.other):
                tasks.start_soon(redeem, server.url)
        assert sorted(opened) == [False, False, False, True]


async def test_a_key_of_a_direct_call_holds_at_both(pair: Pair) -> None:
    async def call(client: Client, expression: str) -> tuple[int, dict[str, Any]]:
        body = {"arguments": {"expression": expression}, "idempotency_key": "key-1"}
        async with client.http() as http:
            answer = await http.post("/api/tools/calculate", json=body)
            return answer.status_code, answer.json()

    here, there = await pair.user()
    status, first = await call(here, "6*7")
    assert (status, first["replayed"]) == (200, False)
    assert await call(there, "6*7") == (200, first | {"replayed": True})
    status, problem = await call(there, "6*8")
    assert (status, problem["code"]) == (409, "idempotency_conflict")


async def test_calls_a_minute_are_counted_together_where_the_engine_is_shared(pair: Pair) -> None:
    statuses = []
    for client in (*await pair.user(),) * 5:
        async with client.http() as http:
            answer = await http.post("/api/tools/calculate", json={"arguments": {"expression": "1"}})
            statuses.append(answer.status_code)
    assert statuses.count(200) == (7 if pair.shared else 10)
    assert set(statuses) <= {200, 429}


async def test_a_switch_set_beside_the_servers_is_seen(pair: Pair) -> None:
    async with bootstrap(pair.settings) as application:
        assert application.switches.value("legacy.mode") == "warn"
        said = await pair.one.command("switch", "set", "legacy.mode", "forbid", "--json")
        assert json.loads(said)["new"] == "forbid"
        with anyio.fail_after(20):
            while application.switches.value("legacy.mode") != "forbid":
                await anyio.sleep(0.02)
