"""What a context's fields must be. Each rule raises ``InvalidContextError`` and shows no other field's value.

A test environment is one where ``SOLEDOOR_ENV=test`` is set or pytest runs a test (``PYTEST_CURRENT_TEST``).
It is looked up only for a short id that begins with ``test_``.
"""

import os
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from services.context_views import ContextViews
from services.errors import InvalidContextError
from services.read_only import EMPTY, ReadOnlyDict, read_only

# fmt: off
PLACEHOLDERS = frozenset({
    "registry", "placeholder", "default", "temp", "none", "null", "undefined", "0", "1", "xxx", "yyy",
    "example", "test", "demo", "sample", "template", "mock", "fake", "dummy",
})
PLACEHOLDER_PREFIXES = (
    "placeholder_", "registry_", "default_", "temp_", "example_", "demo_", "sample_", "template_", "mock_",
    "fake_", "test_",
)
RESERVED = frozenset({
    "user_id", "thread_id", "run_id", "request_id", "created_at", "websocket_client_id",
})
# fmt: on
REAL_FROM = 20
"""An id of this many characters is taken for real whatever it begins with."""

NO_ROLES: frozenset[str] = frozenset()
_WORDS = PLACEHOLDERS | {""}


def check(context: ContextViews) -> None:
    """Check the fields that are kept as they are."""
    check_id("user_id", context.user_id)
    check_id("thread_id", context.thread_id)
    check_id("run_id", context.run_id)
    check_id("request_id", context.request_id)
    if context.websocket_client_id is not None:
        check_text("websocket_client_id", context.websocket_client_id)
    if context.operation_depth != 0:
        check_depth(context.operation_depth)


def take_copies(context: ContextViews) -> None:
    """Check the other fields and put the context's own copies in the place of what it was given."""
    if context.created_at.__class__ is not datetime or context.created_at.tzinfo is not UTC:
        _set(context, "created_at", checked_time(context.created_at))
    if context.agent_context is not EMPTY:
        _set(context, "agent_context", checked_mapping("agent_context", context.agent_context))
    if context.audit_metadata is not EMPTY:
        _set(context, "audit_metadata", checked_mapping("audit_metadata", context.audit_metadata))
    if context.roles is not NO_ROLES:
        _set(context, "roles", checked_roles(context.roles))


_set = object.__setattr__


def check_id(field: str, value: Any) -> None:
    """Require a non-blank string that is no placeholder."""
    if not isinstance(value, str):
        raise InvalidContextError(field, f"must be a string, not {type(value).__name__}")
    word = value.strip().lower()
    if word in _WORDS:
        problem = f"is the placeholder {word!r}" if word else "must not be blank"
        raise InvalidContextError(field, f"{problem}: pass the real id")
    if len(value) < REAL_FROM and word.startswith(PLACEHOLDER_PREFIXES):
        _check_prefix(field, word)


def _check_prefix(field: str, word: str) -> None:
    prefix = next(prefix for prefix in PLACEHOLDER_PREFIXES if word.startswith(prefix))
    if prefix != "test_" or not in_test_environment():
        raise InvalidContextError(field, f"begins with {prefix!r} as placeholders do: pass the real id")


def in_test_environment() -> bool:
    """Return whether short ids may begin with ``test_``."""
    return os.environ.get("SOLEDOOR_ENV", "").lower() == "test" or "PYTEST_CURRENT_TEST" in os.environ


def check_text(field: str, value: Any) -> None:
    """Require a non-blank string."""
    if not isinstance(value, str) or not value.strip():
        raise InvalidContextError(field, "must be a non-blank string")


def checked_mapping(field: str, value: Any, *, optional: bool = False) -> ReadOnlyDict:
    """Return a deep read-only copy of a mapping that uses no reserved key."""
    if value is None and optional:
        return EMPTY
    if not isinstance(value, Mapping):
        raise InvalidContextError(field, f"must be a mapping, not {type(value).__name__}")
    if reserved := RESERVED.intersection(value):
        raise InvalidContextError(field, f"must not contain {min(reserved)}: it is a field of the context")
    try:
        return read_only(value)
    except RecursionError:
        raise InvalidContextError(field, "is nested too deep to be copied: flatten it") from None
    except Exception as error:
        problem = f"holds a value that cannot be copied ({type(error).__name__}): pass ids or plain data"
        raise InvalidContextError(field, problem) from error


def checked_roles(value: Any) -> frozenset[str]:
    """Return the roles as a frozen set of strings."""
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise InvalidContextError("roles", f"must be a set of role names, not {type(value).__name__}")
    roles = frozenset(value)
    if not all(isinstance(role, str) and role.strip() for role in roles):
        raise InvalidContextError("roles", "must hold role names only, each a non-blank string")
    return roles


def checked_time(value: Any) -> datetime:
    """Return the moment in UTC; a time without a zone is refused."""
    if not isinstance(value, datetime) or value.utcoffset() is None:
        problem = "must be a datetime with a time zone, such as datetime.now(UTC)"
        raise InvalidContextError("created_at", problem)
    return value.astimezone(UTC)


def check_depth(value: Any) -> None:
    """Require a whole number from 0 on."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise InvalidContextError("operation_depth", "must be a whole number from 0 on")
