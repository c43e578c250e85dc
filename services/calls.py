"""Direct calls: one tool, no agent, through the same door and in a request scope of its own.

A key makes a repetition harmless at every process. The claim of a call that runs lasts as long as a call can
take: a process that died keeps the key no longer than that, and then a repetition runs the tool again. Every
call is noted while it runs, so that one whose process dies is told as interrupted (``call_recovery``).
"""

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import anyio
import structlog
from pydantic_core import to_json

from services.context import UserExecutionContext
from services.errors import Conflict, Unavailable
from services.kept_results import Kept, claimed, kept, read
from services.open_calls import OpenCalls
from services.ports.ephemeral import Ephemeral
from services.ports.identity import User
from services.sealed import Sealed
from services.tools.factory import RequestScopedToolDispatcherFactory
from services.tools.result import NOT_STARTED, ToolExecutionResult

KIND = "call"
AGAIN_S = 0.25

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class KeyTimes:
    """In seconds: how long a call can take at most, and how long its result is remembered."""

    running: float
    remembered: float


class DirectCalls(metaclass=Sealed):
    """Tool calls that users make themselves."""

    def __init__(
        self,
        factory: RequestScopedToolDispatcherFactory,
        open_calls: OpenCalls,
        ephemeral: Ephemeral,
        times: KeyTimes,
    ) -> None:
        self._factory, self._open, self._ephemeral, self._times = factory, open_calls, ephemeral, times
        self._running: dict[str, anyio.Event] = {}

    async def call(
        self,
        user: User,
        tool_name: str,
        arguments: Mapping[str, Any],
        idempotency_key: str | None = None,
    ) -> ToolExecutionResult:
        """Call the tool and return its result; a tool that failed does not raise.

        The same key for the same user and tool returns the first result, marked ``replayed``, and waits for
        it while it is not there yet; with other arguments raises ``Conflict`` (``idempotency_conflict``).
        A call that never started leaves the key free. Raises ``PermissionDenied``, ``TooMuch`` and
        ``Unavailable``.
        """
        if idempotency_key is None:
            return await self._call(user, tool_name, arguments)
        key = repr((user.id, tool_name, idempotency_key))
        digest = hashlib.sha256(to_json(dict(sorted(arguments.items())))).hexdigest()
        if (first := await self._first(key, digest)) is not None:
            return replace(first, replayed=True)
        self._running[key] = ended = anyio.Event()
        try:
            result = await self._call(user, tool_name, arguments)
        except BaseException:
            await self._free(key)
            raise
        else:
            await self._remember(key, digest, result)
            return result
        finally:
            self._running.pop(key, None)
            ended.set()

    async def _first(self, key: str, digest: str) -> ToolExecutionResult | None:
        """Return the result that the key has, or None: then it is ours."""
        claim = claimed(digest)
        while (there := await self._ephemeral.add(KIND, key, claim, self._times.running)) is not None:
            first: Kept = read(there)
            if first.digest != digest:
                raise Conflict("this key was used with other arguments", code="idempotency_conflict")
            if first.result is not None:
                return first.result
            with anyio.move_on_after(AGAIN_S):  # it runs, perhaps elsewhere
                await self._running.get(key, anyio.Event()).wait()
        return None

    async def _remember(self, key: str, digest: str, result: ToolExecutionResult) -> None:
        if result.error is not None and result.error.code in NOT_STARTED:
            await self._free(key)
            return
        try:
            with anyio.CancelScope(shield=True):
                await self._ephemeral.put(KIND, key, kept(digest, result), self._times.remembered)
        except Unavailable:
            log.warning("result_not_remembered", call_id=result.call_id, run_id=result.run_id)

    async def _free(self, key: str) -> None:
        try:
            with anyio.CancelScope(shield=True):
                await self._ephemeral.take(KIND, key)
        except Unavailable:
            log.warning("key_not_freed")

    async def _call(self, user: User, tool_name: str, arguments: Mapping[str, Any]) -> ToolExecutionResult:
        context = UserExecutionContext(
            user.id, f"direct_{uuid.uuid4().hex}", f"run_{uuid.uuid4().hex}", roles=user.roles
        )
        await self._open.begin(context)
        try:
            async with self._factory.create_scoped(context) as dispatcher:
                return await dispatcher.execute_tool(tool_name, dict(arguments))
        finally:
            await self._open.end(context.run_id)
