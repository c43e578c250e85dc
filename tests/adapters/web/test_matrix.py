"""Who may do what: every route and message type for owner, other user, administrator, anonymous and expired.

A route or message type that is not classified here fails the first tests.
"""

from typing import Any, get_args

import pytest
from fastapi.routing import APIRoute
from starlette.routing import Mount, Route

from adapters.web.gates import Guarded, Open
from adapters.web.messages import CLIENT_MESSAGE, Command
from adapters.web.routes import ROUTERS
from tests.adapters.web.site import Site, receive, send

OWN, ANY, OPEN = "only the owner's", "anybody logged in", "open"

# method and path → kind, a request that the owner (ada) may make, its body, the owner's status
ROUTES: dict[tuple[str, str], tuple[str, str, Any, int]] = {
    ("POST", "/auth/login"): (OPEN, "/auth/login", {"username": "x", "password": "y"}, 401),
    ("POST", "/auth/setup"): (
        OPEN,
        "/auth/setup",
        {"code": "c", "username": "x", "password": "orchard kettle violin"},
        401,
    ),
    ("GET", "/auth/link"): (OPEN, "/auth/link?code=c", None, 401),
    ("GET", "/livez"): (OPEN, "/livez", None, 200),
    ("GET", "/readyz"): (OPEN, "/readyz", None, 200),
    ("GET", "/metrics"): (OPEN, "/metrics", None, 200),  # from this machine; test_server has the rest
    ("GET", "/api/schema/events.json"): (OPEN, "/api/schema/events.json", None, 200),
    ("POST", "/auth/logout"): (ANY, "/auth/logout", None, 204),
    ("POST", "/auth/ticket"): (ANY, "/auth/ticket", None, 200),
    ("GET", "/api/me"): (ANY, "/api/me", None, 200),
    ("GET", "/api/tools"): (ANY, "/api/tools", None, 200),
    ("POST", "/api/tools/{name}"): (ANY, "/api/tools/calculate", {}, 200),
    ("GET", "/api/agents"): (ANY, "/api/agents", None, 200),
    ("POST", "/api/threads"): (ANY, "/api/threads", {}, 201),
    ("GET", "/api/threads"): (ANY, "/api/threads", None, 200),
    ("GET", "/api/files"): (ANY, "/api/files", None, 200),
    ("PUT", "/api/files/{name:path}"): (ANY, "/api/files/a.csv", None, 201),
    ("GET", "/api/approvals"): (ANY, "/api/approvals", None, 200),
    ("POST", "/api/approvals/{call_id}"): (ANY, "/api/approvals/c-ada", {"decision": "deny"}, 404),
    ("GET", "/api/events"): (ANY, "/api/events?after=malformed", None, 400),  # an endless answer otherwise
    ("GET", "/api/threads/{thread_id}/messages"): (OWN, "/api/threads/t-ada/messages", None, 200),
    ("POST", "/api/threads/{thread_id}/messages"): (
        OWN,
        "/api/threads/t-ada/messages",
        {"content": "x"},
        202,
    ),
    ("GET", "/api/runs/{run_id}"): (OWN, "/api/runs/r-ada", None, 200),
    ("POST", "/api/runs/{run_id}/cancel"): (OWN, "/api/runs/r-ada/cancel", None, 202),
    ("GET", "/api/runs/{run_id}/calls/{call_id}"): (OWN, "/api/runs/r-ada/calls/c-ada", None, 200),
    ("GET", "/api/runs/{run_id}/events"): (OWN, "/api/runs/r-ada/events", None, 200),
    ("GET", "/api/files/{file_id}"): (OWN, "/api/files/f-ada", None, 200),
    ("DELETE", "/api/files/{file_id}"): (OWN, "/api/files/f-ada", None, 204),
}

# message type → a message that ada may send, the answer she gets, the answer to everybody else
MESSAGES: dict[str, tuple[dict[str, Any], dict[str, Any] | None, dict[str, Any] | None]] = {
    "user_message": (
        {"message_id": "m", "content": "x", "thread_id": "t-ada"},
        {"type": "accepted"},
        {"type": "rejected", "code": "not_found"},
    ),
    "cancel": ({"run_id": "r-ada"}, None, {"type": "error", "code": "not_found"}),
    "approve": ({"call_id": "c-ada"}, {"code": "not_found"}, {"code": "not_found"}),
    "deny": ({"call_id": "c-ada"}, {"code": "not_found"}, {"code": "not_found"}),
    "auth": ({"token": "token-ada"}, None, {"type": "error", "code": "not_authenticated"}),
    "ack": ({"seq": 1}, None, None),
    "pong": ({}, None, None),
}


def found() -> dict[tuple[str, str], APIRoute]:
    return {
        (method, route.path): route
        for router in ROUTERS
        for route in router.routes
        if isinstance(route, APIRoute)
        for method in route.methods or ()
    }


def test_every_route_is_classified() -> None:
    assert set(found()) == set(ROUTES)


@pytest.mark.parametrize("key", list(ROUTES), ids=" ".join)
def test_every_route_is_guarded_unless_it_is_open(key: tuple[str, str]) -> None:
    assert type(found()[key]) is (Open if ROUTES[key][0] == OPEN else Guarded)


async def test_nothing_else_is_reachable(site: Site) -> None:
    others = [route for route in site.web.asgi.router.routes if isinstance(route, (Route, Mount))]
    assert sorted(route.path for route in others) == ["", "/openapi.json"]
    assert len(site.web.asgi.router.routes) == len(others) + len(ROUTERS)


def test_every_message_type_is_classified() -> None:
    published = CLIENT_MESSAGE.json_schema()["discriminator"]["mapping"]
    assert set(published) == set(MESSAGES)
    commands = {get_args(kind.model_fields["type"].annotation)[0] for kind in get_args(Command)}
    assert commands | {"ack", "pong"} == set(MESSAGES)


async def status(site: Site, key: tuple[str, str], token: str | None) -> tuple[int, str]:
    _, path, body, _ = ROUTES[key]
    async with site.http(token) as client:
        if key[0] == "PUT":
            answer = await client.put(path, content=b"a", headers={"content-type": "text/csv"})
        else:
            answer = await client.request(key[0], path, json=body)
    problem = answer.headers.get("content-type") == "application/problem+json"
    return answer.status_code, answer.json()["detail"] if problem else ""


@pytest.mark.parametrize("key", list(ROUTES), ids=" ".join)
async def test_the_matrix_of_routes(site: Site, key: tuple[str, str]) -> None:
    kind, _, _, owners = ROUTES[key]
    for token in (None, "token-expired", "token-unknown", "", "ticket-0"):
        assert (await status(site, key, token))[0] == (owners if kind == OPEN else 401)
    for token in ("token-bob", "token-root"):
        assert (await status(site, key, token))[0] == (404 if kind == OWN else owners)
    assert (await status(site, key, "token-ada"))[0] == owners


@pytest.mark.parametrize("key", [key for key, row in ROUTES.items() if row[0] == OWN], ids=" ".join)
async def test_a_foreign_handle_is_answered_like_an_unknown_one(site: Site, key: tuple[str, str]) -> None:
    path = ROUTES[key][1]
    foreign = await status(site, key, "token-bob")
    ROUTES[key] = (OWN, path.replace("-ada", "-nobody"), *ROUTES[key][2:])
    try:
        assert await status(site, key, "token-bob") == foreign
    finally:
        ROUTES[key] = (OWN, path, *ROUTES[key][2:])


@pytest.mark.parametrize("kind", list(MESSAGES))
@pytest.mark.parametrize("token", ["token-ada", "token-bob", "token-root"])
async def test_the_matrix_of_messages(site: Site, kind: str, token: str) -> None:
    message, owners, others = MESSAGES[kind]
    expected = owners if token == "token-ada" else others
    async with site.ws(token) as socket:
        await receive(socket)
        await send(socket, type=kind, **message)
        if expected is not None:
            assert expected.items() <= (await receive(socket)).items()
        await send(socket, type="approve", call_id="the-end")
        assert (await receive(socket))["code"] == "not_found"
    for user, _, _ in site.runs.requests:
        assert user.id == "u-ada"
    assert site.runs.cancelled == (["r-ada"] if (kind, token) == ("cancel", "token-ada") else [])
