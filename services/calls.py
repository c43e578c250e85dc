"""Direct calls: one tool, no agent, through the same door and in a request scope of its own."""

import uuid
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import anyio
from pydantic_core import to_json

from services.context import UserExecutionContext
from services.errors import Conflict
from services.ports.identity import User
from services.sealed import Sealed
from services.tools.factory import RequestScopedToolDispatcherFactory
from services.tools.result import ToolExecutionResult

REMEMBERED = 1_000
"""Keyed results kept in all; the oldest go first."""


@dataclass(slots=True)
class _Keyed:
    arguments: bytes
    lock: anyio.Lock
    result: ToolExecutionResult | None = None


class DirectCalls(metaclass=Sealed):
    """Tool calls that users make themselves."""

    def __init__(self, factory: RequestScopedToolDispatcherFactory) -> None:
        self._factory = factory
        self._keyed: OrderedDict[tuple[str, str, str], _Keyed] = OrderedDict()

    async def call(
        self,
        user: User,
        tool_name: str,
        arguments: Mapping[str, Any],
        idempotency_key: str | None = None,
    ) -> ToolExecutionResult:
        """Call the tool and return its result; a tool that failed does not raise.

        The same key for the same user and tool returns the first result, marked ``replayed``; with other
        arguments raises ``Conflict`` (``idempotency_conflict``). Raises ``PermissionDenied`` and
        ``TooMuch``.
        """
        if idempotency_key is None:
            return await self._call(user, tool_name, arguments)
        key, digest = (user.id, tool_name, idempotency_key), to_json(dict(sorted(arguments.items())))
        keyed = self._keyed.setdefault(key, _Keyed(digest, anyio.Lock()))
        if keyed.arguments != digest:
            raise Conflict("this key was used with other arguments", code="idempotency_conflict")
        async with keyed.lock:
            if keyed.result is not None:
                return replace(keyed.result, replayed=True)
            try:
                keyed.result = await self._call(user, tool_name, arguments)
            finally:
                self._forget(key, keyed)
        return keyed.result

    async def _call(self, user: User, tool_name: str, arguments: Mapping[str, Any]) -> ToolExecutionResult:
        context = UserExecutionContext(
            user.id, f"direct_{uuid.uuid4().hex}", f"run_{uuid.uuid4().hex}", roles=user.roles
        )
        async with self._factory.create_scoped(context) as dispatcher:
            return await dispatcher.execute_tool(tool_name, dict(arguments))

    def _forget(self, key: tuple[str, str, str], keyed: _Keyed) -> None:
        if keyed.result is None:
            self._keyed.pop(key, None)
        while len(self._keyed) > REMEMBERED:
            self._keyed.popitem(last=False)
