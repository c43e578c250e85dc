"""What is logged: one line for a request or socket, under its correlation id, and never a secret."""

import logging
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from tests.adapters.web.site import Site, build_site, close_code, receive, send, serving

CANARY = "canary-7f3a"


async def test_a_request_has_one_line_with_its_template_and_user(site: Site) -> None:
    with capture_logs() as lines:
        async with site.http("token-ada") as client:
            await client.get("/api/runs/r-ada?limit=5")
    (line,) = lines
    assert {**line, "ms": 0} == {
        "event": "request", "log_level": "info", "method": "GET", "path": "/api/runs/{run_id}",
        "status": 200, "ms": 0, "user_id": "u-ada",
    }  # fmt: skip


async def test_probes_and_page_files_are_logged_at_debug(site: Site) -> None:
    with capture_logs() as lines:
        async with site.http() as client:
            for path in ("/livez", "/readyz", "/metrics", "/nothing.js"):
                await client.get(path)
    assert [line["log_level"] for line in lines] == ["debug"] * 4


async def test_a_socket_has_one_line_at_its_end(site: Site) -> None:
    with capture_logs() as lines:
        async with site.ws("token-ada", "?after=e:1") as socket:
            await receive(socket)
        async with site.ws(None) as socket:
            await send(socket, type="pong")
            await close_code(socket)
    assert [line["event"] for line in lines].count("socket closed") >= 1


async def test_no_query_header_or_body_is_ever_logged(
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    caplog.set_level(logging.INFO)
    monkeypatch.setattr(logging.getLogger("httpx2"), "disabled", True)  # the test's own client
    async with serving(build_site(tmp_path)) as site:
        site.people.open(site.people.known["u-ada"], f"{CANARY}-token")
        with capture_logs() as lines:
            async with site.http(f"{CANARY}-token", cookie=f"soledoor={CANARY}") as client:
                await client.get(f"/api/threads?cursor={CANARY}")
                await client.get(f"/api/{CANARY}?x={CANARY}")
                await client.get(f"/auth/link?code={CANARY}")
                await client.post("/auth/login", json={"username": CANARY, "password": CANARY})
                await client.put(f"/api/files/{CANARY}", content=CANARY, headers={"content-type": "text/csv"})
                site.runs.refuse = RuntimeError("broken")
                await client.post("/api/threads/t-ada/messages", json={"content": CANARY})
            async with site.ws(f"{CANARY}-token", f"?token={CANARY}&after={CANARY}:1") as socket:
                await receive(socket)
            async with site.ws(None, f"?ticket={CANARY}") as socket:
                await send(socket, type="auth", ticket=CANARY)
                await close_code(socket)
    out, err = capfd.readouterr()
    assert lines
    assert CANARY not in f"{lines}{caplog.text}{out}{err}"


async def test_two_requests_have_two_correlation_ids(site: Site) -> None:
    async with site.http("token-ada") as client:
        first, second = await client.get("/api/me"), await client.get("/api/me")
    assert first.headers["x-correlation-id"] != second.headers["x-correlation-id"]
