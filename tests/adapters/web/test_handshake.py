"""The handshake of /ws: who is let in, and what is answered instead of 101."""

from typing import Any

import orjson
import pytest
from structlog.testing import capture_logs
from websockets.exceptions import ConnectionClosed, InvalidStatus

from adapters.web.sockets import registry
from tests.adapters.web.site import MakeSite, Site, close_code, eventually, receive, send, the_end
from tests.adapters.web.standins import BOB


async def refused(site: Site, token: str | None = None, query: str = "", **headers: str) -> tuple[int, str]:
    """Return status and code of the denial."""
    with pytest.raises(InvalidStatus) as caught:
        async with site.ws(token, query, headers=headers):
            pass
    response = caught.value.response
    body = orjson.loads(response.body or b"{}")
    assert body["status"] == response.status_code
    assert body["correlation_id"]
    return response.status_code, body["code"]


async def test_a_bearer_token_is_let_in_whatever_its_origin(site: Site) -> None:
    async with site.ws("token-ada", headers={"Origin": "https://evil.example"}) as socket:
        assert (await receive(socket))["user_id"] == "u-ada"


async def test_a_cookie_is_let_in_from_the_own_page(site: Site) -> None:
    headers = {"Cookie": "soledoor=token-bob", "Origin": site.origin}
    async with site.ws(None, headers=headers) as socket:
        assert (await receive(socket))["user_id"] == "u-bob"


async def test_a_cookie_from_anywhere_else_is_refused_before_101(site: Site) -> None:
    port = int(site.url.rsplit(":", 1)[1])
    for origin in (
        "https://evil.example", "null", "", f"http://127.0.0.1:{port + 1}", f"https://127.0.0.1:{port}",
        f"http://localhost:{port}", f"{site.url}.evil.example", f"http://evil{site.url[7:]}",
        site.url.upper() + "/",
    ):  # fmt: skip
        denied = await refused(site, Cookie="soledoor=token-ada", Origin=origin)
        assert denied == (403, "foreign_origin"), origin
    assert await refused(site, Cookie="soledoor=token-ada") == (403, "foreign_origin")


async def test_a_bad_token_is_refused_before_101(site: Site) -> None:
    assert await refused(site, "token-wrong") == (401, "not_authenticated")
    assert await refused(site, "token-expired") == (401, "not_authenticated")
    cookie = {"Cookie": "soledoor=token-expired", "Origin": site.origin}
    assert await refused(site, **cookie) == (401, "not_authenticated")


async def test_a_bearer_header_is_looked_at_before_the_cookie(site: Site) -> None:
    both = {"Cookie": "soledoor=token-ada", "Origin": site.origin}
    assert await refused(site, "token-wrong", **both) == (401, "not_authenticated")
    async with site.ws("token-bob", headers=both) as socket:
        assert (await receive(socket))["user_id"] == "u-bob"


@pytest.mark.parametrize(
    "query", ["after=", "after=x", "after=e:", "after=e:-1", "after=e:1e3", "after=:1", "after=e:1&after=e:2"]
)
async def test_a_malformed_position_is_refused_before_101(site: Site, query: str) -> None:
    assert await refused(site, "token-ada", f"?{query}") == (400, "invalid_after")
    assert await refused(site, None, f"?{query}") == (400, "invalid_after")


async def test_a_foreign_host_is_refused_before_101(site: Site) -> None:
    with pytest.raises(InvalidStatus) as caught:
        async with site.ws("token-ada", headers={"Host": "evil.example"}):
            pass
    assert caught.value.response.status_code == 400


async def test_a_credential_in_the_query_is_none(site: Site) -> None:
    async with site.ws(None, "?token=token-ada&ticket=x&access_token=token-ada") as socket:
        await send(socket, type="pong")
        assert await close_code(socket) == 4401


async def test_a_ticket_as_first_message_lets_in_once(site: Site) -> None:
    async with site.http("token-ada") as client:
        ticket = (await client.post("/auth/ticket")).json()["ticket"]
    async with site.ws(None) as socket:
        await send(socket, type="auth", ticket=ticket)
        assert (await receive(socket))["type"] == "hello"
    async with site.ws(None) as socket:
        await send(socket, type="auth", ticket=ticket)
        assert await close_code(socket) == 4401


async def test_a_token_as_first_message_lets_in(site: Site) -> None:
    async with site.ws(None, headers={"Origin": "https://evil.example"}) as socket:
        await send(socket, type="auth", token="token-bob")
        assert (await receive(socket))["user_id"] == "u-bob"


@pytest.mark.parametrize(
    "first",
    ["{}", "x", '{"type":"pong"}', '{"type":"auth"}', '{"type":"auth","token":"token-expired"}', b"x"],
)
async def test_any_other_first_message_closes_4401_and_nothing_is_sent(site: Site, first: Any) -> None:
    async with site.ws(None) as socket:
        await socket.send(first)
        with pytest.raises(ConnectionClosed):
            await socket.recv()
        assert socket.close_code == 4401
    assert site.listeners.seated == []


async def test_a_silent_newcomer_is_closed_in_time_and_nothing_is_sent(make_site: MakeSite) -> None:
    site = await make_site({"auth_timeout": 0.05})
    async with site.ws(None) as socket:
        with pytest.raises(ConnectionClosed):
            await socket.recv()
        assert socket.close_code == 4401


async def test_a_newcomer_that_leaves_is_forgotten(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "MOST_UNKNOWN", 1)
    for _ in range(5):
        async with site.ws(None):
            assert await refused(site, None) == (429, "too_many_sockets")
        await eventually(lambda: not site.sockets._unknown)


async def test_the_oldest_of_too_many_sockets_is_closed(make_site: MakeSite) -> None:
    site = await make_site({"sockets_per_user": 2})
    async with site.ws() as first, site.ws() as second:
        await receive(first)
        await receive(second)
        async with site.ws("token-bob") as foreign, site.ws() as third:
            assert (await receive(third))["type"] == "hello"
            assert await close_code(first) == 4503
            await send(second, type="cancel", run_id="r-unknown")
            assert (await receive(second))["code"] == "not_found"
            assert (await receive(foreign))["user_id"] == "u-bob"


async def test_a_full_server_says_when_to_come_back(site: Site) -> None:
    site.listeners.total = 0
    assert await refused(site, "token-ada") == (429, "too_many_sockets")
    async with site.ws(None) as socket:
        await send(socket, type="auth", token="token-ada")
        assert (await receive(socket)) == {"type": "bye", "retry_ms": 7000}
        assert await close_code(socket) == 4001


async def test_a_server_short_of_memory_takes_no_socket(site: Site) -> None:
    site.memory.critical = True
    assert await refused(site, "token-ada") == (503, "overloaded")


async def test_a_credential_that_expires_closes_4004(site: Site) -> None:
    site.people.open(BOB, "token-short", seconds=30)
    async with site.ws("token-short") as short, site.ws("token-bob") as long:
        await receive(short)
        await receive(long)
        site.let_pass(31)
        assert await close_code(short) == 4004
        assert (await receive(long))["type"] == "ping"


async def test_auth_before_the_expiry_keeps_the_socket(site: Site) -> None:
    site.people.open(BOB, "token-short", seconds=30)
    async with site.ws("token-short") as socket:
        await receive(socket)
        await send(socket, type="auth", token="token-bob")
        await send(socket, type="cancel", run_id="r-unknown")
        assert (await receive(socket))["code"] == "not_found"
        assert [seat.session_id for seat in site.listeners.seated] == ["s-token-bob"]
        site.let_pass(31)
        assert (await receive(socket))["type"] == "ping"


@pytest.mark.parametrize(
    "credential", [{"token": "token-ada"}, {"token": "token-expired"}, {"ticket": "used"}]
)
async def test_auth_with_a_wrong_credential_changes_nothing(site: Site, credential: dict[str, str]) -> None:
    async with site.ws("token-bob") as socket:
        await receive(socket)
        await send(socket, type="auth", **credential)
        answer = await receive(socket)
        assert (answer["type"], answer["code"]) == ("error", "not_authenticated")
        assert [seat.session_id for seat in site.listeners.seated] == ["s-token-bob"]


async def test_logout_closes_the_sockets_of_that_session_only(site: Site) -> None:
    site.people.open(site.people.known["u-ada"], "token-phone")
    async with site.ws("token-ada") as desk, site.ws("token-phone") as phone:
        await receive(desk)
        await receive(phone)
        async with site.http("token-ada") as client:
            await client.post("/auth/logout")
        assert await close_code(desk) == 4401
        await send(phone, type="cancel", run_id="r-unknown")
        assert (await receive(phone))["code"] == "not_found"


async def test_a_socket_that_is_closed_is_forgotten(site: Site) -> None:
    async with site.ws() as socket:
        await receive(socket)
        assert (len(site.listeners.seated), site.sockets.count()) == (1, 1)
    await eventually(lambda: not site.listeners.seated and not site.sockets.count())


async def test_a_handshake_that_fails_unexpectedly_is_answered_in_general_words(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(token: str) -> None:
        raise ValueError("secret inside")

    monkeypatch.setattr(site.people, "authenticate", broken)
    with capture_logs() as lines:
        assert await refused(site, "token-ada") == (500, "internal")
        async with site.ws(None) as socket:
            await send(socket, type="auth", token="token-ada")
            await the_end(socket)
    assert [line["event"] for line in lines] == ["handshake failed"] * 2


async def test_a_newcomer_that_leaves_is_no_failure(site: Site) -> None:
    with capture_logs() as lines:
        async with site.ws(None):
            pass
        await eventually(lambda: not site.sockets._unknown)
        async with site.ws() as socket:
            await receive(socket)
        await eventually(lambda: len(lines) > 0)
    assert [line["event"] for line in lines] == ["socket closed"]
