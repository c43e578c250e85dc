"""Server-Sent Events: the socket's log, cursor and messages over plain HTTP."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import orjson
import pytest

from tests.adapters.web.site import MakeSite, Site, eventually
from tests.adapters.web.test_routes import is_problem

Block = tuple[str | None, dict[str, Any]]


@asynccontextmanager
async def stream(site: Site, query: str = "", **headers: str) -> AsyncIterator[AsyncIterator[Block]]:
    async with (
        site.http("token-ada", **headers) as client,
        client.stream("GET", f"/api/events{query}", timeout=20) as answer,
    ):
        assert answer.status_code == 200, await answer.aread()
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["cache-control"] == "no-store"
        yield blocks(answer)


async def blocks(answer: httpx2.Response) -> AsyncIterator[Block]:
    place: str | None = None
    async for line in answer.aiter_lines():
        if line.startswith("id: "):
            place = line[4:]
        elif line.startswith("data: "):
            yield place, orjson.loads(line[6:])
            place = None


async def test_the_stream_tells_what_the_socket_tells(site: Site) -> None:
    await site.append(count=2)
    epoch = (await site.log.head("u-ada")).epoch
    async with stream(site, f"?after={epoch}:1") as events:
        place, hello = await anext(events)
        assert (place, hello["type"], hello["resumed"]) == (None, "hello", True)
        place, event = await anext(events)
        assert (place, event["seq"]) == (f"{epoch}:2", 2)
        assert event == orjson.loads((await site.log.read("u-ada", 1))[0].data)


async def test_a_browser_that_comes_back_goes_on_where_it_was(site: Site) -> None:
    await site.append(count=3)
    epoch = (await site.log.head("u-ada")).epoch
    async with stream(site, f"?after={epoch}:0", last_event_id=f"{epoch}:2") as events:
        await anext(events)
        assert (await anext(events))[0] == f"{epoch}:3"


async def test_a_refused_resume_is_told_on_the_stream_too(site: Site) -> None:
    await site.append(count=3)
    async with stream(site, "?after=other:1") as events:
        assert (await anext(events))[1]["resumed"] is False
        assert await anext(events) == (None, {"type": "gap", "from": 1, "to": 3, "reason": "epoch"})


@pytest.mark.parametrize("query", ["?after=", "?after=x"])
async def test_a_malformed_position_is_refused(site: Site, query: str) -> None:
    async with site.http("token-ada") as client:
        is_problem(await client.get(f"/api/events{query}"), 400, "invalid_after")


async def test_a_stream_counts_as_a_socket_of_its_user(make_site: MakeSite) -> None:
    site = await make_site({"sockets_per_user": 1})
    async with stream(site) as first:
        await anext(first)
        async with stream(site) as second:
            await anext(second)
            assert len(site.listeners.seated) == 1
            with pytest.raises(StopAsyncIteration):
                await anext(first)
    await eventually(lambda: not site.listeners.seated and not site.sockets.count())


async def test_a_full_server_refuses_a_stream(site: Site) -> None:
    site.listeners.total = 0
    async with site.http("token-ada") as client:
        is_problem(await client.get("/api/events"), 429, "too_many_sockets")


async def test_logout_ends_the_stream(site: Site) -> None:
    async with stream(site) as events, site.http("token-ada") as client:
        await anext(events)
        await client.post("/auth/logout")
        with pytest.raises(StopAsyncIteration):
            await anext(events)


async def test_a_stream_is_kept_alive_by_pings(site: Site) -> None:
    async with stream(site) as events:
        await anext(events)
        site.let_pass(20)
        assert (await anext(events))[1]["type"] == "ping"


async def test_a_draining_server_says_bye_on_the_stream(site: Site) -> None:
    async with stream(site) as events:
        await anext(events)
        await site.sockets.drain(1)
        assert (await anext(events))[1]["type"] == "bye"
        with pytest.raises(StopAsyncIteration):
            await anext(events)


async def test_a_draining_server_refuses_a_stream(site: Site) -> None:
    site.sockets.stop_admitting()
    async with site.http("token-ada") as client:
        is_problem(await client.get("/api/events"), 503, "draining")
