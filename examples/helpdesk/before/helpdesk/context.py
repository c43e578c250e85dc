"""Who is asking."""

import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, eq=False)
class UserExecutionContext:
    """One request of one user."""

    user_id: str
    thread_id: str
    run_id: str
    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    websocket_client_id: str | None = None
    agent_context: Mapping[str, Any] = field(default_factory=dict)
    roles: frozenset[str] = frozenset()

    async def cleanup(self) -> None:
        """Nothing to do yet."""


@asynccontextmanager
async def managed_user_context(context: UserExecutionContext) -> AsyncIterator[UserExecutionContext]:
    """Clean up after the block."""
    try:
        yield context
    finally:
        await context.cleanup()
