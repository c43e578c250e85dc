"""Bodies from outside: strict shapes and strict JSON, always a clear 4xx and never a 5xx."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.web.strict_json import MAX_DEPTH, MalformedJSON, parse
from tests.adapters.web.site import Site
from tests.adapters.web.test_routes import is_problem

MESSAGES = "/api/threads/t-ada/messages"
BROKEN = [
    b"",
    b"{",
    b'{"content":NaN}',
    b'{"content":Infinity}',
    b'{"content":1e999}',
    b'{"content":"\\ud800"}',
    b'{"content":"\xff"}',
    b'{"content":"a\\u0000b"}',
    b'{"a\\u0000b":1}',
    b'{"content":"a","content":"b"}',
    b'{"content":"a","files":[{"x":1,"x":1}]}',
    b'{"content":123456789012345678901234567890}',
    b'{"content":-9223372036854775809}',
    b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1),
    b"[" * 100_000 + b"]" * 100_000,
    b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    b"\xef\xbb\xbf{}",
    b'{"content":"Hi"}x',
    b"'Hi'",
    b"9" * 5000,
]


@pytest.mark.parametrize("body", BROKEN)
def test_what_is_no_acceptable_json_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedJSON):
        parse(body)


@pytest.mark.parametrize(
    "body",
    [
        b'{"a":[1,-9223372036854775808,9223372036854775807,1.5,true,null,"\\u00e9"]}',
        b"[" * MAX_DEPTH + b"]" * MAX_DEPTH,
        b'[{"a":1},{"a":1}]',
    ],
)
def test_other_json_is_taken_as_it_is(body: bytes) -> None:
    assert parse(body) == parse(body.decode())


@settings(deadline=None)
@given(st.recursive(st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(), st.lists))
def test_parsing_gives_back_what_was_written(value: Any) -> None:
    import orjson

    try:
        assert parse(orjson.dumps(value)) == value
    except MalformedJSON as error:
        assert "U+0000" in str(error) or "deeper" in str(error)  # noqa: PT017


@pytest.mark.parametrize("body", [broken for broken in BROKEN if broken])
async def test_broken_json_is_a_clear_400(site: Site, body: bytes) -> None:
    async with site.http("token-ada", content_type="application/json") as client:
        answer = await client.post(MESSAGES, content=body)
    is_problem(answer, 400, "malformed_json")


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/auth/login", {"username": "ada"}, "password"),
        ("/auth/login", {"username": 1, "password": "x"}, "username"),
        ("/auth/login", {"username": "a", "password": "b", "admin": True}, "admin"),
        ("/auth/login", {"username": "a" * 1001, "password": "b"}, "username"),
        (MESSAGES, {}, "content"),
        (MESSAGES, {"content": ""}, "content"),
        (MESSAGES, {"content": "x" * 65_537}, "content"),
        (MESSAGES, {"content": "Hi", "files": "f1"}, "files"),
        (MESSAGES, {"content": "Hi", "files": ["f"] * 21}, "files"),
        (MESSAGES, {"content": "Hi", "files": [1]}, "files.0"),
        (MESSAGES, {"content": "Hi", "message_id": ""}, "message_id"),
        (MESSAGES, {"content": "Hi", "user_id": "u-bob"}, "user_id"),
        ("/api/tools/calculate", {"arguments": []}, "arguments"),
        ("/api/tools/calculate", {"arguments": {}, "idempotency_key": 1}, "idempotency_key"),
        ("/api/approvals/c1", {"decision": "maybe"}, "decision"),
        ("/api/threads", {"title": "x" * 201}, "title"),
        (MESSAGES, [], "body"),
        (MESSAGES, "Hi", "body"),
        (MESSAGES, None, "body"),
    ],
)
async def test_a_wrong_field_is_named(site: Site, path: str, body: Any, field: str) -> None:
    async with site.http("token-ada", content_type="application/json") as client:
        import orjson

        answer = await client.post(path, content=orjson.dumps(body))
    problem = is_problem(answer, 422, "invalid_input")
    assert field in [error["field"] for error in problem["errors"]]
    assert all(error["message"] for error in problem["errors"])


@pytest.mark.parametrize(
    ("query", "field"), [("limit=0", "limit"), ("limit=x", "limit"), ("limit=201", "limit")]
)
async def test_a_wrong_query_is_named(site: Site, query: str, field: str) -> None:
    async with site.http("token-ada") as client:
        answer = await client.get(f"/api/threads?{query}")
    assert is_problem(answer, 422, "invalid_input")["errors"][0]["field"] == field


async def test_a_cursor_that_was_not_given_out_is_refused(site: Site) -> None:
    async with site.http("token-ada") as client:
        is_problem(await client.get("/api/threads?cursor=made-up"), 422, "invalid_input")


async def test_a_refusal_repeats_nothing_that_was_sent(site: Site) -> None:
    body = {"username": {"canary": "very-secret"}, "password": ["very-secret"], "x" * 5000: "very-secret"}
    async with site.http() as client:
        answer = await client.post("/auth/login", json=body)
    assert "very-secret" not in answer.text
    assert len(answer.text) < 2000


@pytest.mark.parametrize("handle", ["%00", "a%20b", "x" * 300, "..%2F..", "%F0%9F%98%80"])
@pytest.mark.parametrize(
    "path", ["/api/runs/{}", "/api/threads/{}/messages", "/api/files/{}", "/api/runs/r-ada/calls/{}"]
)
async def test_an_id_that_cannot_exist_is_not_found(site: Site, path: str, handle: str) -> None:
    async with site.http("token-ada") as client:
        is_problem(await client.get(path.format(handle)), 404, "not_found")


async def test_who_is_asking_is_decided_before_the_body_is_read(site: Site) -> None:
    async with site.http(content_type="application/json") as client:
        is_problem(await client.post(MESSAGES, content=b"{"), 401, "not_authenticated")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary(max_size=300))
async def test_no_body_at_all_makes_the_server_fail(site: Site, body: bytes) -> None:
    async with site.http("token-ada", content_type="application/json") as client:
        for path in (MESSAGES, "/auth/login", "/api/tools/calculate"):
            assert (await client.post(path, content=body)).status_code < 500
