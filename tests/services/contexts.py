"""A valid context in one word, for tests."""

from typing import Any

from services.context import UserExecutionContext


def a_context(user_id: str = "u-ada", **fields: Any) -> UserExecutionContext:
    """Return a context of this user in thread t-1 and run r-1; ``fields`` replace or add."""
    return UserExecutionContext(**({"user_id": user_id, "thread_id": "t-1", "run_id": "r-1"} | fields))
