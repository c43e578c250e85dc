"""Starting, being ready, and stopping: the port, the probes, and in which order everybody leaves."""

import os
import signal
from pathlib import Path
from typing import Any

import anyio
import pytest
from websockets.exceptions import InvalidStatus

from adapters.web import server as module
from adapters.web.server import AddressUnavailable, address, listen, serve
from adapters.web.sockets import registry
from adapters.web.sockets.writer import Writer
from services.errors import Unavailable
from tests.adapters.web.site import Site, build_site, close_code, eventually, receive, send, serving
from tests.adapters.web.test_routes import is_problem


def test_a_port_in_use_is_a_clear_error() -> None:
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(
            AddressUnavailable, match=f"127.0.0.1 port {port}: address already in use; choose"
        ):
            listen("127.0.0.1", port)


def test_an_unknown_host_is_a_clear_error() -> None:
    with pytest.raises(AddressUnavailable, match="there is no such host"):
        listen("no-such-host.invalid", 0)


@pytest.mark.parametrize(
    ("host", "shown"), [("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "127.0.0.1"), ("localhost", "localhost")]
)
def test_the_ready_address_can_be_opened(host: str, shown: str) -> None:
    with listen(host, 0) as bound:
        assert address(host, bound) == f"http://{shown}:{bound.getsockname()[1]}"


async def test_livez_answers_and_readyz_tells_each_part(site: Site) -> None:
    async with site.http() as client:
        assert (await client.get("/livez")).json() == {"status": "alive"}
        answer = await client.get("/readyz")
        assert answer.status_code == 200
        assert answer.json() == {
            "status": "ready",
            "checks": {"memory": True, "accepting": True},
            "reasons": {},
        }


async def works() -> bool:
    return True


async def fails() -> bool:
    raise RuntimeError("password=hunter2")


async def says_no() -> bool:
    return False


async def refuses() -> bool:
    raise Unavailable("The disk is full.")


@pytest.mark.parametrize(
    ("check", "reason"),
    [
        (works, None),
        (says_no, "It does not work."),
        (refuses, "The disk is full."),
        (fails, "It failed: the server's log says how."),
    ],
)
async def test_a_part_that_does_not_work_makes_it_not_ready_and_says_why_in_our_words(
    site: Site, check: Any, reason: str | None
) -> None:
    object.__setattr__(site.doors, "checks", {"database": check})
    async with site.http() as client:
        answer = await client.get("/readyz")
    told = answer.json()
    assert answer.status_code == (503 if reason else 200)
    assert told["checks"] == {"database": reason is None, "memory": True, "accepting": True}
    assert told["reasons"] == ({"database": reason} if reason else {})
    assert "hunter2" not in answer.text


async def test_a_check_that_hangs_counts_as_not_working(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    async def hangs() -> bool:
        await anyio.sleep_forever()
        return True

    monkeypatch.setattr("adapters.web.routes.health.CHECK_SECONDS", 0.01)
    object.__setattr__(site.doors, "checks", {"database": hangs})
    async with site.http() as client:
        answer = await client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["reasons"] == {"database": "It did not answer within 0.01 s."}


async def test_draining_or_no_memory_makes_it_not_ready(site: Site) -> None:
    async with site.http() as client:
        site.memory.critical = True
        told = (await client.get("/readyz")).json()
        assert told["checks"]["memory"] is False
        assert told["reasons"].keys() == {"memory"}
        site.memory.critical = False
        site.runs.draining = True
        assert (await client.get("/readyz")).json()["reasons"] == {"accepting": "The server is stopping."}
        site.runs.draining = False
        site.sockets.stop_admitting()
        assert (await client.get("/readyz")).status_code == 503
        assert (await client.get("/livez")).status_code == 200


async def test_metrics_are_for_this_machine_or_an_administrator(site: Site) -> None:
    async with site.http() as client:
        answer = await client.get("/metrics")
        assert (answer.status_code, answer.text) == (200, "soledoor_up 1\n")
    for name in ("forwarded", "x-forwarded-for", "x-real-ip", "via"):
        async with site.http(**{name: "192.0.2.1"}) as client:
            is_problem(await client.get("/metrics"), 401, "not_authenticated")
        async with site.http("token-ada", **{name: "192.0.2.1"}) as client:
            is_problem(await client.get("/metrics"), 403, "permission_denied")
        async with site.http("token-root", **{name: "192.0.2.1"}) as client:
            assert (await client.get("/metrics")).status_code == 200


async def test_stopping_says_bye_closes_4001_and_returns(tmp_path: Path) -> None:
    built = build_site(tmp_path)
    async with serving(built) as site, site.ws() as socket:
        await receive(socket)
        drained = anyio.Event()

        async def stop() -> None:
            await module.drain(site.doors)
            drained.set()

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(stop)
            bye = await receive(socket)
            assert (bye["type"], 500 <= bye["retry_ms"] <= 5000) == ("bye", True)
            assert await close_code(socket) == 4001
        assert site.runs.draining
        with pytest.raises(InvalidStatus) as caught:
            async with site.ws():
                pass
        assert caught.value.response.status_code == 503
        assert caught.value.response.headers["retry-after"] == "2"


async def test_everybody_is_sent_away_in_batches(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "SMALLEST_BATCH", 2)
    monkeypatch.setattr(registry, "SHARE", 0)
    monkeypatch.setattr(registry, "BATCH_SECONDS", 0.01)
    waited: list[int] = []
    sleep = anyio.sleep

    async def noting(seconds: float) -> None:
        if seconds == 0.01:
            waited.append(sum(writer.ending is not None for writer in leaving))
        await sleep(seconds)

    async with anyio.create_task_group() as tasks:
        left = anyio.Event()

        async def stay() -> None:
            async with site.ws() as socket:
                await receive(socket)
                await close_code(socket)

        for _ in range(7):
            tasks.start_soon(stay)
        await eventually(lambda: site.sockets.count() == 7)
        leaving = list(site.sockets._writers)
        monkeypatch.setattr(anyio, "sleep", noting)
        await site.sockets.drain(1)
        left.set()
    assert waited == [2, 4, 6]


@pytest.mark.parametrize(
    ("sockets", "seconds", "sizes"),
    [(0, 3, []), (7, 3, [7]), (120, 3, [50, 50, 20]), (1000, 10, [50] * 20), (1000, 1, [334, 334, 332])],
)
def test_batches_are_small_and_in_time(sockets: int, seconds: float, sizes: list[int]) -> None:
    batches: Any = registry._batches(list(range(sockets)), seconds)  # type: ignore[arg-type]
    assert [len(batch) for batch in batches] == sizes


async def test_a_server_that_stops_says_bye_before_the_connection_is_gone(tmp_path: Path) -> None:
    site = build_site(tmp_path)
    told: list[str] = []

    async def listen_to_the_end() -> None:
        async with site.ws() as socket:
            told.append((await receive(socket))["type"])
            connected.set()
            told.append((await receive(socket))["type"])
            told.append(str(await close_code(socket)))

    async with anyio.create_task_group() as tasks, serving(site):
        connected = anyio.Event()
        tasks.start_soon(listen_to_the_end)
        await connected.wait()
    assert told == ["hello", "bye", "4001"]


async def test_the_drain_returns_when_all_have_left(site: Site) -> None:
    async with site.ws() as first, site.ws() as second:
        await receive(first)
        await receive(second)
        await site.sockets.drain(20)
        assert site.sockets.count() == 0


async def test_a_client_that_does_not_leave_holds_up_the_drain_for_its_time_only(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with site.ws() as socket:
        await receive(socket)
        monkeypatch.setattr(Writer, "end", lambda *ending: None)
        with anyio.fail_after(20):
            await site.sockets.drain(0.05)
        assert site.sockets.count() == 1


@pytest.mark.parametrize("stop_signal", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_stops_the_server(tmp_path: Path, stop_signal: signal.Signals) -> None:
    site, urls = build_site(tmp_path), list[str]()

    async def note(url: str) -> None:
        urls.append(url)
        os.kill(os.getpid(), stop_signal)

    async with site.sockets:
        with anyio.fail_after(20):
            await serve(site.web.asgi, note)
    assert urls[0].startswith("http://127.0.0.1:")
    assert site.runs.draining


async def test_a_second_signal_ends_the_wait(tmp_path: Path) -> None:
    site, hurries = build_site(tmp_path), list[float]()
    object.__setattr__(site.doors, "hurry", hurries.append)
    waiting = anyio.Event()

    async def never(seconds: float) -> bool:
        waiting.set()
        await anyio.sleep_forever()
        return False

    site.runs.drain = never  # type: ignore[assignment,method-assign]

    async def note(url: str) -> None:
        tasks.start_soon(interrupt)

    async def interrupt() -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        await waiting.wait()
        os.kill(os.getpid(), signal.SIGTERM)

    async with site.sockets, anyio.create_task_group() as tasks:
        with anyio.fail_after(20):
            await serve(site.web.asgi, note)
    assert hurries == [8.5, 0], "nor does the database make anybody wait"


async def test_running_work_ends_before_sockets_are_sent_away(tmp_path: Path) -> None:
    site, order = build_site(tmp_path), list[str]()

    async def runs(seconds: float) -> bool:
        order.append(f"runs {seconds:g} accepting={not site.sockets.draining}")
        return True

    async def sockets(seconds: float) -> None:
        order.append(f"sockets {seconds:g}")

    site.runs.drain = runs  # type: ignore[method-assign,assignment]
    object.__setattr__(site.sockets, "drain", sockets)
    object.__setattr__(site.doors, "hurry", lambda seconds: order.append(f"database {seconds:g}"))
    await module.drain(site.doors)
    assert order == ["database 8.5", "runs 5 accepting=False", "sockets 2.5"]


async def test_requests_are_answered_again_after_a_handshake_that_failed(site: Site) -> None:
    async with site.ws(None) as socket:
        await send(socket, type="pong")
        await close_code(socket)
    async with site.http() as client:
        assert (await client.get("/livez")).status_code == 200
