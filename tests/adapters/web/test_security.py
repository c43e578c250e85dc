"""What protects browsers: headers, cookie, Host, Origin, content type; what an error gives away."""

from typing import Any

import pytest
from structlog.testing import capture_logs

from adapters.web.addresses import Addresses
from adapters.web.cookies import SessionCookie
from config.settings import Server
from tests.adapters.web.site import MakeSite, Site
from tests.adapters.web.test_routes import is_problem

CHANGES = [
    ("POST", "/auth/logout", None),
    ("POST", "/auth/ticket", None),
    ("POST", "/api/threads", {}),
    ("POST", "/api/threads/t-ada/messages", {"content": "Hi"}),
    ("POST", "/api/runs/r-ada/cancel", None),
    ("POST", "/api/tools/calculate", {}),
    ("POST", "/api/approvals/c1", {"decision": "deny"}),
    ("DELETE", "/api/files/f-ada", None),
]


@pytest.mark.parametrize("path", ["/api/me", "/auth/login", "/nothing", "/livez", "/openapi.json"])
async def test_every_answer_carries_the_security_headers(site: Site, path: str) -> None:
    async with site.http() as client:
        headers = (await client.get(path)).headers
    policy = headers["content-security-policy"]
    for rule in (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "img-src 'self' data:",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types soledoor dompurify",
    ):
        assert rule in policy.split("; ")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"
    assert len(headers["x-correlation-id"]) == 16
    assert "server" not in headers


async def test_no_answer_allows_other_origins(site: Site) -> None:
    async with site.http(origin="https://evil.example", access_control_request_method="POST") as client:
        answer = await client.options("/api/threads")
    assert not [name for name in answer.headers if name.startswith("access-control")]


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(site: Site) -> None:
    async with site.http() as client:
        answer = await client.post("/auth/login", json={"username": "ada", "password": "right password"})
    cookie = answer.headers["set-cookie"].lower()
    for flag in ("httponly", "samesite=strict", "path=/"):
        assert flag in cookie
    assert "domain" not in cookie
    assert "secure" not in cookie


@pytest.mark.parametrize(
    ("server", "name"),
    [
        ({"host": "127.0.0.1"}, "soledoor"),
        ({"host": "localhost"}, "soledoor"),
        ({"host": "::1"}, "soledoor"),
        ({"host": "0.0.0.0"}, "__Host-soledoor"),
        ({"host": "192.0.2.7"}, "__Host-soledoor"),
        ({"host": "127.0.0.1", "secure_cookie": True}, "__Host-soledoor"),
        ({"host": "0.0.0.0", "secure_cookie": False}, "soledoor"),
    ],
)
def test_the_cookie_is_secure_unless_the_server_is_on_loopback(server: dict[str, Any], name: str) -> None:
    cookie = SessionCookie.of(Server(**server))
    assert cookie.name == name
    assert cookie.secure is (name != "soledoor")


async def test_a_secure_cookie_has_the_host_prefix_on_the_wire(make_site: MakeSite) -> None:
    site = await make_site(secure_cookie=True)
    async with site.http() as client:
        answer = await client.post("/auth/login", json={"username": "ada", "password": "right password"})
        assert answer.headers["set-cookie"].startswith("__Host-soledoor=")
        assert "; Secure" in answer.headers["set-cookie"]
        unprefixed = await client.get("/api/me", headers={"cookie": "soledoor=token-ada"})
        is_problem(unprefixed, 401, "not_authenticated")


@pytest.mark.parametrize(("method", "path", "body"), CHANGES)
async def test_a_change_by_cookie_needs_the_exact_origin(
    site: Site, method: str, path: str, body: Any
) -> None:
    port = int(site.url.rsplit(":", 1)[1])
    foreign = [
        "https://evil.example", "null", "", f"http://127.0.0.1:{port + 1}", f"http://localhost:{port}",
        f"https://127.0.0.1:{port}", f"{site.url}.evil.example", f"http://evil.example/{site.url}",
        site.url + "/",
    ]  # fmt: skip
    for origin in foreign:
        async with site.cookie("token-ada", origin=origin) as client:
            is_problem(await client.request(method, path, json=body), 403, "foreign_origin")
    async with site.http(None, cookie="soledoor=token-ada") as client:
        is_problem(await client.request(method, path, json=body), 403, "foreign_origin")
    async with site.cookie("token-ada") as client:
        answer = await client.request(method, path, json=body)
        assert answer.status_code in {200, 201, 202, 204, 404}


@pytest.mark.parametrize(
    "media_type",
    ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x", "", "text/json"],
)
@pytest.mark.parametrize(("method", "path", "body"), CHANGES)
async def test_a_change_by_cookie_is_never_a_form(
    site: Site, method: str, path: str, body: Any, media_type: str
) -> None:
    async with site.cookie("token-ada", content_type=media_type) as client:
        answer = await client.request(method, path, content=b'{"content":"Hi"}')
        is_problem(answer, 403, "form_refused")
    assert not site.runs.requests


async def test_a_bearer_token_is_exempt_from_the_origin_rule(site: Site) -> None:
    async with site.http("token-ada", origin="https://evil.example") as client:
        assert (await client.post("/api/threads", json={})).status_code == 201


async def test_a_read_by_cookie_from_a_foreign_page_is_refused(site: Site) -> None:
    async with site.cookie("token-ada", origin="https://evil.example") as client:
        is_problem(await client.get("/api/threads"), 403, "foreign_origin")
    async with site.http(None, cookie="soledoor=token-ada") as client:
        assert (await client.get("/api/threads")).status_code == 200


async def test_login_checks_the_origin_too(site: Site) -> None:
    body = {"username": "ada", "password": "right password"}
    async with site.http(origin="https://evil.example") as client:
        is_problem(await client.post("/auth/login", json=body), 403, "foreign_origin")
        is_problem(await client.post("/auth/setup", json={"code": "x", **body}), 403, "foreign_origin")
    async with site.http(origin=site.origin) as client:
        assert (await client.post("/auth/login", json=body)).status_code == 200
    async with site.http() as client:
        answer = await client.post("/auth/login", content=b"{}", headers={"content-type": "text/plain"})
        is_problem(answer, 415, "unsupported_media_type")


async def test_a_configured_origin_may_use_the_cookie(make_site: MakeSite) -> None:
    site = await make_site(allowed_origins=("https://soledoor.example/",))
    async with site.cookie("token-ada", origin="https://soledoor.example") as client:
        assert (await client.post("/api/threads", json={})).status_code == 201
    async with site.cookie("token-ada", origin="https://soledoor.example.evil.example") as client:
        is_problem(await client.post("/api/threads", json={}), 403, "foreign_origin")


async def test_a_foreign_host_is_refused(site: Site) -> None:
    port = site.url.rsplit(":", 1)[1]
    for host in ("evil.example", f"evil.example:{port}", "127.0.0.1", "127.0.0.1:1", f"[::2]:{port}", "x y"):
        async with site.http("token-ada", host=host) as client:
            is_problem(await client.get("/api/me"), 400, "unknown_host")
    for host in (f"localhost:{port}", f"LOCALHOST:{port}", f"[::1]:{port}", f"127.0.0.1:{port}"):
        async with site.http("token-ada", host=host) as client:
            assert (await client.get("/api/me")).status_code == 200


def scope(server: tuple[str, int | None], host: str, origin: str | None = None, scheme: str = "http") -> Any:
    headers = [(b"host", host.encode())]
    if origin is not None:
        headers.append((b"origin", origin.encode()))
    return {"type": "http", "scheme": scheme, "server": server, "headers": headers}


@pytest.mark.parametrize(
    ("settings", "server", "host", "allowed"),
    [
        ({"host": "0.0.0.0"}, ("192.0.2.7", 8000), "192.0.2.7:8000", True),
        ({"host": "0.0.0.0"}, ("192.0.2.7", 8000), "0.0.0.0:8000", False),
        ({"host": "0.0.0.0"}, ("192.0.2.7", 8000), "localhost:8000", False),
        ({"host": "box.example"}, ("192.0.2.7", 8000), "BOX.example:8000", True),
        ({"host": "box.example"}, ("192.0.2.7", 80), "box.example", True),
        ({"host": "::"}, ("::ffff:127.0.0.1", 8000), "localhost:8000", True),
        ({"host": "::"}, ("2001:db8::1", 8000), "[2001:db8::1]:8000", True),
        ({"allowed_hosts": ("Proxy.example",)}, ("127.0.0.1", 8000), "proxy.example", True),
        ({"allowed_hosts": ("proxy.example",)}, ("127.0.0.1", 8000), "proxy.example:443", True),
        ({"allowed_hosts": ("proxy.example:8443",)}, ("127.0.0.1", 8000), "proxy.example", False),
        ({"allowed_hosts": ("proxy.example",)}, ("127.0.0.1", 8000), "sub.proxy.example", False),
        ({}, ("testserver", 80), "testserver", True),
        ({}, ("testserver", None), "testserver", True),
    ],
)
def test_the_servers_own_names_come_from_the_connection(
    settings: dict[str, Any], server: tuple[str, int | None], host: str, allowed: bool
) -> None:
    assert Addresses.of(Server(**settings)).host_allowed(scope(server, host)) is allowed


def test_two_hosts_or_origins_are_none() -> None:
    doubled = scope(("127.0.0.1", 80), "localhost", "http://localhost")
    addresses = Addresses.of(Server())
    assert addresses.origin_allowed(doubled)
    doubled["headers"].append((b"origin", b"http://localhost"))
    assert not addresses.origin_allowed(doubled)
    doubled["headers"].append((b"host", b"localhost"))
    assert not addresses.host_allowed(doubled)


def test_a_further_host_name_does_not_become_an_origin() -> None:
    addresses = Addresses.of(Server(allowed_hosts=("proxy.example",)))
    asked = scope(("127.0.0.1", 8000), "proxy.example", "http://proxy.example")
    assert addresses.host_allowed(asked)
    assert not addresses.origin_allowed(asked)


async def test_an_unexpected_error_gives_a_correlation_id_and_nothing_else(site: Site) -> None:
    site.runs.refuse = RuntimeError("secret inside")
    async with site.http("token-ada") as client:
        with capture_logs() as lines:
            answer = await client.post("/api/threads/t-ada/messages", json={"content": "Hi"})
    body = is_problem(answer, 500, "internal")
    assert "secret inside" not in answer.text
    failures = [line for line in lines if line["log_level"] == "error"]
    assert [line["event"] for line in failures] == ["request failed"]
    assert body["correlation_id"]
