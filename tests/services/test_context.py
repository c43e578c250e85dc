import copy
import dataclasses
import gc
import json
import pickle
import uuid
import weakref
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from services.context import UserExecutionContext, validate_user_context
from services.errors import InvalidContextError
from tests.services.contexts import a_context

PREFIXES = {
    "placeholder",
    "registry",
    "default",
    "temp",
    "example",
    "demo",
    "sample",
    "template",
    "mock",
    "fake",
}
IDS = ("user_id", "thread_id", "run_id", "request_id")


def test_defaults_are_filled_in() -> None:
    context = a_context()
    assert uuid.UUID(context.request_id).version == 4
    assert uuid.UUID(context.request_id).variant == uuid.RFC_4122
    assert str(uuid.UUID(context.request_id)) == context.request_id
    assert context.created_at.tzinfo is UTC
    assert (context.websocket_client_id, context.parent_request_id, context.db_session) == (None, None, None)
    assert (context.agent_context, context.audit_metadata) == ({}, {})
    assert (context.roles, context.operation_depth) == (frozenset(), 0)


def test_every_request_id_is_new() -> None:
    assert len({a_context().request_id for _ in range(1000)}) == 1000


@pytest.mark.parametrize("name", ["user_id", "roles", "db_session", "unheard_of"])
def test_no_field_can_be_changed_or_deleted(name: str) -> None:
    context = a_context()
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(context, name, "other")
    with pytest.raises(dataclasses.FrozenInstanceError):
        delattr(context, name)


def test_a_context_is_equal_to_itself_only() -> None:
    one, two = a_context(request_id="q-1"), a_context(request_id="q-1")
    assert one != two
    assert len({one, two, one}) == 2


@pytest.mark.parametrize("field", IDS)
@pytest.mark.parametrize("value", ["", "  ", "\t\n", None, 7, b"u-1", ["u-1"]])
def test_ids_are_non_blank_strings(field: str, value: Any) -> None:
    with pytest.raises(InvalidContextError) as caught:
        a_context(**{field: value})
    assert caught.value.field == field
    assert str(caught.value).startswith(field)


@pytest.mark.parametrize("field", IDS)
@pytest.mark.parametrize("word", ["registry", "None", "NULL", "0", "1", "xxx", "Dummy", " default "])
def test_placeholder_words_are_refused_in_any_case(field: str, word: str) -> None:
    with pytest.raises(InvalidContextError, match=f"^{field} is the placeholder"):
        a_context(**{field: word})


@pytest.mark.parametrize("prefix", sorted(PREFIXES))
def test_short_ids_with_a_placeholder_prefix_are_refused(prefix: str) -> None:
    short = f"{prefix}_abcdefghijklmnop"[:19]
    with pytest.raises(InvalidContextError, match="run_id begins with"):
        a_context(run_id=short.upper())
    a_context(run_id=f"{prefix}_{'x' * 20}"[:20])


def test_test_ids_are_accepted_in_a_test_environment_only(monkeypatch: pytest.MonkeyPatch) -> None:
    a_context("test_user")
    monkeypatch.delenv("PYTEST_CURRENT_TEST")
    with pytest.raises(InvalidContextError, match="begins with 'test_'"):
        a_context("test_user")
    a_context("test_user_with_a_long_id")
    monkeypatch.setenv("SOLEDOOR_ENV", "test")
    a_context("test_user")


@pytest.mark.parametrize("word", ["none-of-it", "10", "testimony", "demonstration", "temporary", "xxx1"])
def test_ids_that_only_look_similar_are_accepted(word: str) -> None:
    assert a_context(word).user_id == word


def test_an_error_shows_no_other_field() -> None:
    with pytest.raises(InvalidContextError) as caught:
        a_context("u-confidential", thread_id="default", agent_context={"a": "hidden"})
    assert "confidential" not in repr(caught.value)
    assert "hidden" not in repr(caught.value)


@pytest.mark.parametrize("field", ["agent_context", "audit_metadata"])
@pytest.mark.parametrize("value", [None, [], "text", 1, [("a", 1)]])
def test_contexts_must_be_mappings(field: str, value: Any) -> None:
    with pytest.raises(InvalidContextError, match=f"^{field} must be a mapping"):
        a_context(**{field: value})


@pytest.mark.parametrize("field", ["agent_context", "audit_metadata"])
@pytest.mark.parametrize("key", [*IDS, "created_at", "websocket_client_id"])
def test_contexts_may_not_hold_a_field_of_the_context(field: str, key: str) -> None:
    given: dict[str, Any] = {field: {key: "u-2", "fine": 1}}
    with pytest.raises(InvalidContextError, match=f"^{field} must not contain {key}"):
        a_context(**given)


def test_values_that_cannot_be_copied_are_refused_by_name_of_the_field() -> None:
    with pytest.raises(InvalidContextError, match="agent_context holds a value that cannot be copied"):
        a_context(agent_context={"generator": (n for n in range(3))})
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(InvalidContextError, match="audit_metadata is nested too deep"):
        a_context(audit_metadata={"deep": deep})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("websocket_client_id", " "),
        ("websocket_client_id", 5),
        ("created_at", datetime(2026, 1, 1)),  # noqa: DTZ001 - the missing zone is the point
        ("created_at", "2026-01-01"),
        ("operation_depth", -1),
        ("operation_depth", True),
        ("operation_depth", "1"),
        ("roles", "admin"),
        ("roles", 5),
        ("roles", [1]),
        ("roles", [" "]),
    ],
)
def test_the_other_fields_have_rules_too(field: str, value: Any) -> None:
    with pytest.raises(InvalidContextError, match=f"^{field} must"):
        a_context(**{field: value})


def test_roles_are_frozen_and_times_are_turned_into_utc() -> None:
    noon = datetime(2026, 1, 1, 12, tzinfo=timezone(timedelta(hours=2)))
    context = a_context(roles={"user", "admin"}, created_at=noon)
    assert context.roles == frozenset({"user", "admin"})
    assert isinstance(context.roles, frozenset)
    assert context.created_at.tzinfo is UTC
    assert context.created_at.hour == 10


def test_given_data_is_copied_deeply() -> None:
    given = {"cart": {"items": ["tea"]}}
    context = a_context(agent_context=given)
    given["cart"]["items"].append("milk")
    assert context.agent_context == {"cart": {"items": ["tea"]}}


def test_from_request_takes_none_as_not_given() -> None:
    context = UserExecutionContext.from_request(
        user_id="u-1",
        thread_id="t-1",
        run_id="r-1",
        request_id=None,
        agent_context=None,
        roles=frozenset({"a"}),
    )
    assert uuid.UUID(context.request_id).version == 4
    assert context.agent_context == {}
    assert context.roles == frozenset({"a"})
    with pytest.raises(InvalidContextError, match="run_id"):
        UserExecutionContext.from_request("u-1", "t-1", "")


def test_a_child_is_one_deeper_with_a_new_request_id() -> None:
    parent = a_context(
        agent_context={"a": 1},
        audit_metadata={"b": 2},
        roles=["user"],
        websocket_client_id="c-1",
        db_session="s",
    )
    child = parent.create_child_context("search", {"a": 9, "c": 3}, {"d": 4})
    same = ("user_id", "thread_id", "run_id", "websocket_client_id", "roles", "db_session")
    assert all(getattr(child, name) == getattr(parent, name) for name in same)
    assert child.request_id != parent.request_id
    assert (child.operation_depth, child.parent_request_id) == (1, parent.request_id)
    assert child.agent_context == {"a": 9, "c": 3}
    assert child.audit_metadata == {"b": 2, "d": 4, "operation_name": "search"}
    assert parent.agent_context == {"a": 1}


def test_children_nest_ten_deep_at_most() -> None:
    context = a_context()
    for _ in range(10):
        context = context.create_child_context("step")
    assert context.operation_depth == 10
    with pytest.raises(InvalidContextError, match="operation_depth"):
        context.create_child_context("step")


@pytest.mark.parametrize("name", ["", "  ", None, 3])
def test_a_child_needs_a_name(name: Any) -> None:
    with pytest.raises(InvalidContextError, match="operation_name"):
        a_context().create_child_context(name)


def test_a_childs_additions_follow_the_rules() -> None:
    with pytest.raises(InvalidContextError, match="additional_agent_context must not contain user_id"):
        a_context().create_child_context("step", {"user_id": "u-2"})
    with pytest.raises(InvalidContextError, match="additional_audit_metadata must be a mapping"):
        a_context().create_child_context("step", None, ["x"])  # type: ignore[arg-type]


def test_with_methods_give_a_new_object_of_the_same_request() -> None:
    context = a_context(agent_context={"a": [1]}, roles=["admin"])
    session = object()
    connected = context.with_websocket_connection("c-1").with_db_session(session)
    assert connected is not context
    assert (connected.request_id, connected.created_at) == (context.request_id, context.created_at)
    assert (connected.websocket_client_id, connected.db_session) == ("c-1", session)
    assert (connected.agent_context, connected.roles) == (context.agent_context, context.roles)
    assert (context.websocket_client_id, context.db_session) == (None, None)


@pytest.mark.parametrize("blank", ["", " ", None])
def test_a_connection_has_an_id(blank: Any) -> None:
    with pytest.raises(InvalidContextError, match="websocket_client_id"):
        a_context().with_websocket_connection(blank)


class Session:
    """Recognisable in any export it should not be in."""

    def __repr__(self) -> str:
        return "SESSION"


def test_exports_hold_neither_session_nor_secrets() -> None:
    context = a_context(
        agent_context={"api_key": "sk-1", "keep": "yes", "list": [{"password": "pw-1"}], "thing": Session()},
        audit_metadata={"cookie": "ck-1", "ip": "10.0.0.1"},
    ).with_db_session(Session())
    for export in (context.to_dict(), context.get_audit_trail(), repr(context)):
        assert not [
            word for word in ("sk-1", "pw-1", "ck-1", "SESSION", "db_session") if word in repr(export)
        ]
    assert context.to_dict()["agent_context"]["keep"] == "yes"
    assert context.get_audit_trail()["audit_metadata"] == {"cookie": "[REDACTED]", "ip": "10.0.0.1"}


def test_exports_are_copies() -> None:
    context = a_context(agent_context={"a": {"b": [1]}}, audit_metadata={"c": {"d": {2}, "e": (3, [4])}})
    context.to_dict()["agent_context"]["a"]["b"].append(9)
    trail = context.get_audit_trail()["audit_metadata"]["c"]
    assert trail == {"d": {2}, "e": (3, [4])}
    trail["d"].add(9)
    trail["e"][1].append(9)
    assert context.agent_context == {"a": {"b": [1]}}
    assert context.audit_metadata == {"c": {"d": {2}, "e": (3, [4])}}


def test_an_export_of_plain_data_is_json() -> None:
    exported = a_context(agent_context={"a": {"b": [1]}}, roles=["b", "a"]).to_dict()
    assert json.loads(json.dumps(exported))["roles"] == ["a", "b"]
    assert datetime.fromisoformat(exported["created_at"]).utcoffset() == timedelta(0)


def test_what_lies_too_deep_is_redacted_in_exports() -> None:
    looping: dict[str, Any] = {}
    looping["again"] = looping
    assert "[REDACTED]" in repr(a_context(agent_context=looping).to_dict())


def test_keys_name_the_user_and_the_request() -> None:
    context = a_context("user-123456", thread_id="thread-99", run_id="run-7", request_id="req-123456")
    assert context.get_correlation_id() == "user-123:thread-9:run-7:req-1234"
    assert context.get_scoped_key("cache") == "cache:user-123456:req-123456"
    with pytest.raises(InvalidContextError, match="component"):
        context.get_scoped_key(" ")


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy, pickle.dumps])
def test_a_context_is_neither_copied_nor_pickled(duplicate: Any) -> None:
    with pytest.raises(TypeError, match="not copied or pickled"):
        duplicate(a_context())


def test_validation_returns_the_context_or_names_the_fault() -> None:
    context = a_context()
    assert validate_user_context(context) is context
    with pytest.raises(InvalidContextError, match="context must be a UserExecutionContext, not dict"):
        validate_user_context({"user_id": "u-1"})
    object.__setattr__(context, "user_id", "none")
    with pytest.raises(InvalidContextError, match="user_id"):
        validate_user_context(context)


def test_nothing_keeps_a_context_alive() -> None:
    context = a_context(agent_context={"a": [1]})
    context.create_child_context("step").with_websocket_connection("c-1")
    gone = weakref.ref(context)
    del context
    gc.collect()
    assert gone() is None
