"""The published schema of the socket messages says what is really read and sent."""

from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema_rs import Draft202012Validator, meta

from adapters.web.errors import InvalidMessage
from adapters.web.messages import Accepted, Bye, ErrorMessage, FromServer, Gap, Hello, Ping, Rejected
from adapters.web.schema import PAYLOADS, socket_schema
from adapters.web.sockets.connection import read
from services.events import PAYLOAD_KEYS, EventType
from tests.adapters.web.site import Site

SENT: list[FromServer] = [
    Hello(user_id="u", epoch="e", head=1, first=1, resumed=False, heartbeat_s=20),
    Gap.model_validate({"from": 1, "to": 2, "reason": "epoch"}),
    Accepted(message_id="m", run_id="r", thread_id="t"),
    Rejected(message_id="m", code="c", detail="d"),
    Ping(head=1, timestamp="2026-11-20T18:00:00+00:00"),
    Bye(retry_ms=1),
    ErrorMessage(code="c", detail="d"),
]


@cache
def validator(side: str) -> Any:
    schema = socket_schema()
    return Draft202012Validator({"$ref": f"#/$defs/{side}", "$defs": schema["$defs"]})


async def test_the_schema_is_published(site: Site) -> None:
    async with site.http() as client:
        published = (await client.get("/api/schema/events.json")).json()
    assert published == socket_schema()
    meta.validate(published)


@pytest.mark.parametrize("kind", list(EventType))
def test_payload_keys_are_the_protocols(kind: EventType) -> None:
    required, optional = PAYLOAD_KEYS[kind]
    fields = PAYLOADS[kind].model_fields
    assert {name for name, field in fields.items() if field.is_required()} == required
    assert set(fields) == required | optional


@pytest.mark.parametrize("message", SENT, ids=lambda message: message.type)
def test_what_the_server_sends_fits_the_schema(message: FromServer) -> None:
    import orjson

    sent = orjson.loads(message.text())
    validator("ServerMessage").validate(sent)
    del sent["type"]
    assert not validator("ServerMessage").is_valid(sent)


async def test_an_event_of_the_log_fits_the_schema(site: Site) -> None:
    import orjson

    await site.append()
    frame = (await site.log.read("u-ada", 0))[0]
    validator("ServerMessage").validate(orjson.loads(frame.data))


@settings(deadline=None)
@given(
    st.fixed_dictionaries(
        {"type": st.sampled_from(["user_message", "cancel", "approve", "deny", "ack", "auth", "pong", "x"])},
        optional={
            "message_id": st.text(max_size=3) | st.none() | st.integers(-9, 9),
            "content": st.text(max_size=3) | st.none(),
            "run_id": st.text(max_size=3) | st.integers(-9, 9),
            "call_id": st.text(max_size=3),
            "seq": st.integers(-2, 5) | st.booleans(),
            "files": st.lists(st.text(max_size=2), max_size=3),
            "extra": st.none(),
        },
    )
)
def test_the_schema_refuses_what_the_server_refuses(message: dict[str, Any]) -> None:
    import orjson

    try:
        read(orjson.dumps(message).decode())
        taken = True
    except InvalidMessage as error:
        if error.code == "malformed_json":
            return
        taken = False
    fits = validator("ClientMessage").is_valid(message)
    assert (
        fits == taken or message["type"] == "auth"
    )  # that exactly one credential is given, the schema does not say
