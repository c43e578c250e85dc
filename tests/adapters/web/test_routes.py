"""The HTTP interface, route by route, as protocol.md section 1 has it."""

from typing import Any

import httpx2
import pytest

from services.errors import Conflict, FieldError, PermissionDenied, TooMuch, Unavailable
from services.tools.result import ToolError
from tests.adapters.web.site import Site

MOMENT = "2036-11-20T18:00:00+00:00"


def is_problem(answer: httpx2.Response, status: int, code: str) -> dict[str, Any]:
    body: dict[str, Any] = answer.json()
    assert answer.status_code == status, body
    assert answer.headers["content-type"] == "application/problem+json"
    assert (body["status"], body["code"]) == (status, code)
    assert body["title"]
    assert body["detail"]
    assert body["correlation_id"] == answer.headers["x-correlation-id"]
    return body


async def test_a_login_gives_a_token_a_cookie_and_the_user(site: Site) -> None:
    async with site.http() as client:
        answer = await client.post("/auth/login", json={"username": "ada", "password": "right password"})
        body = answer.json()
        assert set(body) == {"token", "expires_at", "user"}
        assert body["user"] == {"id": "u-ada", "name": "ada", "roles": ["user"]}
        assert answer.headers["set-cookie"].startswith(f"soledoor={body['token']};")
        assert (await client.get("/api/me")).json() == body["user"]


async def test_every_failed_login_is_answered_alike(site: Site) -> None:
    tries = [("ada", "wrong"), ("nobody", "wrong"), ("", ""), ("ada", "x" * 900)]
    bodies = []
    async with site.http() as client:
        for name, password in tries:
            answer = await client.post("/auth/login", json={"username": name, "password": password})
            body = is_problem(answer, 401, "not_authenticated")
            assert "set-cookie" not in answer.headers
            bodies.append({key: value for key, value in body.items() if key != "correlation_id"})
    assert all(body == bodies[0] for body in bodies)


async def test_a_throttled_login_says_when_to_come_back(site: Site) -> None:
    async with site.http() as client:
        answer = await client.post("/auth/login", json={"username": "guessed", "password": "x"})
    is_problem(answer, 429, "throttled")
    assert answer.headers["retry-after"] == "13"


async def test_logout_ends_the_session_and_clears_the_cookie(site: Site) -> None:
    async with site.cookie("token-ada") as client:
        answer = await client.post("/auth/logout")
        assert answer.status_code == 204
        assert 'soledoor="";' in answer.headers["set-cookie"]
        is_problem(await client.get("/api/me"), 401, "not_authenticated")


async def test_a_ticket_is_for_thirty_seconds(site: Site) -> None:
    async with site.http("token-ada") as client:
        assert (await client.post("/auth/ticket")).json() == {"ticket": "ticket-0", "expires_in": 30}


async def test_the_first_administrator_is_made_with_the_printed_code_once(site: Site) -> None:
    site.people.known.clear()
    site.people.one_time["setup", "printed"] = "first"
    body = {"code": "printed", "username": "root", "password": "orchard kettle violin"}
    async with site.http() as client:
        answer = await client.post("/auth/setup", json=body)
        assert answer.status_code == 201
        assert answer.json()["user"]["roles"] == ["admin", "user"]
        is_problem(await client.post("/auth/setup", json=body), 401, "not_authenticated")


async def test_a_password_that_cannot_be_used_leaves_the_code_usable(site: Site) -> None:
    site.people.known.clear()
    site.people.one_time["setup", "printed"] = "first"
    async with site.http() as client:
        for name, password, field in (
            ("root", "short", "password"),
            ("", "orchard kettle violin", "username"),
        ):
            body = {"code": "printed", "username": name, "password": password}
            problem = is_problem(await client.post("/auth/setup", json=body), 422, "invalid_input")
            assert [error["field"] for error in problem["errors"]] == [field]
        body = {"code": "printed", "username": "root", "password": "orchard kettle violin"}
        assert (await client.post("/auth/setup", json=body)).status_code == 201


async def test_setup_is_over_once_there_is_an_account(site: Site) -> None:
    site.people.one_time["setup", "printed"] = "first"
    async with site.http() as client:
        body = {"code": "printed", "username": "eve", "password": "orchard kettle violin"}
        is_problem(await client.post("/auth/setup", json=body), 409, "already_set_up")


async def test_a_login_link_works_once_and_leads_to_the_page(site: Site) -> None:
    site.people.one_time["login", "in-a-link"] = "u-ada"
    async with site.http() as client:
        answer = await client.get("/auth/link", params={"code": "in-a-link"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "soledoor=token-ada-1;" in answer.headers["set-cookie"]
        is_problem(await client.get("/auth/link", params={"code": "in-a-link"}), 401, "not_authenticated")


async def test_a_login_link_of_a_removed_account_is_refused(site: Site) -> None:
    site.people.one_time["login", "in-a-link"] = "u-gone"
    async with site.http() as client:
        is_problem(await client.get("/auth/link?code=in-a-link"), 401, "not_authenticated")


async def test_tools_are_those_the_caller_may_call(site: Site) -> None:
    async with site.http("token-ada") as client:
        tools = (await client.get("/api/tools")).json()["tools"]
        assert [tool["name"] for tool in tools] == ["calculate"]
        assert set(tools[0]) == {"name", "description", "parameters", "requires_approval", "admin"}
        assert tools[0]["parameters"]["type"] == "object"
    async with site.http("token-root") as client:
        assert [tool["name"] for tool in (await client.get("/api/tools")).json()["tools"]] == [
            "calculate",
            "system_status",
        ]


async def test_a_direct_call_answers_with_the_result(site: Site) -> None:
    body = {"arguments": {"expression": "6*7"}, "idempotency_key": "k1"}
    async with site.http("token-ada") as client:
        answer = await client.post("/api/tools/calculate", json=body)
    assert answer.status_code == 200
    assert set(answer.json()) == {
        "success", "tool_name", "call_id", "result", "error", "execution_time_ms", "user_id",
        "run_id", "replayed",
    }  # fmt: skip
    assert site.calls.asked == [("calculate", {"expression": "6*7"}, "k1")]


async def test_a_tool_that_failed_is_an_answer_not_a_problem(site: Site) -> None:
    site.calls.error = ToolError("tool_failed", "No.")
    async with site.http("token-ada") as client:
        answer = await client.post("/api/tools/calculate", json={})
    assert answer.status_code == 200
    assert answer.json()["error"] == {"code": "tool_failed", "message": "No."}


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("tool_not_found", 404),
        ("invalid_arguments", 422),
        ("rate_limited", 429),
        ("too_many_calls", 429),
        ("draining", 503),
    ],
)
async def test_a_call_that_never_started_is_a_problem(site: Site, code: str, status: int) -> None:
    site.calls.error = ToolError(code, "No.", (FieldError("x", "is wrong"),), retry_after_s=3)
    async with site.http("token-ada") as client:
        answer = await client.post("/api/tools/calculate", json={"arguments": {}})
    body = is_problem(answer, status, code)
    assert body["errors"] == [{"field": "x", "message": "is wrong"}]
    assert answer.headers["retry-after"] == "3"


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (PermissionDenied("No."), 403, "permission_denied"),
        (Conflict("Other arguments.", code="idempotency_conflict"), 409, "idempotency_conflict"),
        (Unavailable("Stopping."), 503, "draining"),
    ],
)
async def test_a_refused_call_is_a_problem(site: Site, error: Exception, status: int, code: str) -> None:
    site.calls.refuse = error
    async with site.http("token-ada") as client:
        is_problem(await client.post("/api/tools/calculate", json={}), status, code)


@pytest.mark.parametrize("name", ["%00", "no%20tool", "x" * 200])
async def test_a_name_that_no_tool_can_have_is_not_found(site: Site, name: str) -> None:
    async with site.http("token-ada") as client:
        is_problem(await client.post(f"/api/tools/{name}", json={}), 404, "tool_not_found")
    assert not site.calls.asked


async def test_a_thread_is_made_listed_and_read(site: Site) -> None:
    async with site.http("token-ada") as client:
        made = await client.post("/api/threads", json={"title": "Plans"})
        assert made.status_code == 201
        assert {**made.json(), "thread_id": "any"} == {
            "thread_id": "any",
            "title": "Plans",
            "created_at": MOMENT,
        }
        page = (await client.get("/api/threads?limit=3&cursor=more")).json()
        assert page == {
            "items": [{"thread_id": "t-ada", "title": "Hello", "created_at": MOMENT}],
            "next": "more",
        }
        assert site.store.pages == [(3, "more")]
        messages = (await client.get("/api/threads/t-ada/messages")).json()
        assert messages["items"][0] == {
            "message_id": "m-1", "role": "user", "content": "Hi", "run_id": None, "created_at": MOMENT,
        }  # fmt: skip
        assert messages["next"] is None


async def test_a_thread_needs_no_body(site: Site) -> None:
    async with site.http("token-ada") as client:
        assert (await client.post("/api/threads")).status_code == 201


async def test_a_message_starts_a_run(site: Site) -> None:
    body = {"message_id": "m7", "content": "Hi", "agent": "analyst", "files": ["f1"]}
    async with site.http("token-ada") as client:
        answer = await client.post("/api/threads/t-ada/messages", json=body)
        assert answer.status_code == 202
        assert answer.json() == {"run_id": "r-m7", "thread_id": "t-ada", "message_id": "m7"}
        named = await client.post("/api/threads/t-ada/messages", json={"content": "Hi"})
        assert len(named.json()["message_id"]) >= 16
    user, request, connection = site.runs.requests[0]
    assert (user.id, request.thread_id, request.files, connection) == ("u-ada", "t-ada", ("f1",), None)


async def test_too_many_runs_say_when_to_come_back(site: Site) -> None:
    site.runs.refuse = TooMuch("Too many.", code="too_many_runs", retry_after_s=0.2)
    async with site.http("token-ada") as client:
        answer = await client.post("/api/threads/t-ada/messages", json={"content": "Hi"})
    is_problem(answer, 429, "too_many_runs")
    assert answer.headers["retry-after"] == "1"


async def test_a_run_leaves_out_what_is_not_there_yet(site: Site) -> None:
    async with site.http("token-ada") as client:
        assert (await client.get("/api/runs/r-ada")).json() == {
            "run_id": "r-ada",
            "thread_id": "t-1",
            "status": "running",
            "started_at": MOMENT,
        }


async def test_a_run_can_be_cancelled(site: Site) -> None:
    async with site.http("token-ada") as client:
        assert (await client.post("/api/runs/r-ada/cancel")).status_code == 202
    assert site.runs.cancelled == ["r-ada"]


async def test_a_call_is_given_in_full(site: Site) -> None:
    async with site.http("token-ada") as client:
        assert (await client.get("/api/runs/r-ada/calls/c-ada")).json() == {
            "tool_name": "calculate", "arguments": {"a": 1}, "result": "1", "error": None,
            "status": "completed", "execution_time_ms": 1.5,
        }  # fmt: skip


async def test_the_events_of_a_run_are_those_of_the_log(site: Site) -> None:
    await site.append(count=3, run_id="r-kept")
    await site.append(count=1, run_id="r-other")
    async with site.http("token-ada") as client:
        page = (await client.get("/api/runs/r-kept/events")).json()
        assert [event["seq"] for event in page["items"]] == [1, 2, 3]
        assert page["next"] is None
        assert (await client.get("/api/runs/r-ada/events")).json() == {"items": [], "next": None}
        is_problem(await client.get("/api/runs/r-unknown/events"), 404, "not_found")


async def test_nothing_waits_for_approval_yet(site: Site) -> None:
    async with site.http("token-ada") as client:
        assert (await client.get("/api/approvals")).json() == {"items": [], "next": None}
        answer = await client.post("/api/approvals/c1", json={"decision": "approve"})
        is_problem(answer, 404, "not_found")


async def test_agents_are_listed(site: Site) -> None:
    async with site.http("token-ada") as client:
        assert (await client.get("/api/agents")).json() == {
            "agents": [{"name": "assistant", "description": "general"}]
        }


async def test_an_unknown_path_and_a_wrong_method_are_problems(site: Site) -> None:
    async with site.http("token-ada") as client:
        is_problem(await client.get("/api/nothing"), 404, "not_found")
        answer = await client.delete("/api/me")
        is_problem(answer, 405, "method_not_allowed")
        is_problem(await client.post("/nothing"), 405, "method_not_allowed")


async def test_openapi_is_published(site: Site) -> None:
    async with site.http() as client:
        paths = (await client.get("/openapi.json")).json()["paths"]
    assert {"/auth/login", "/api/threads/{thread_id}/messages", "/api/events"} <= set(paths)
