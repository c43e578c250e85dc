"""One connection, used by one task alone: whole exchanges of many commands and their answers.

Callers never touch a connection, so none can leave an answer behind on it that the next one would read. What
breaks in the middle of an exchange, whatever it is, costs the connection.
"""

from collections.abc import Callable, Sequence
from typing import Any

import anyio
from hiredis import pack_command
from redis.exceptions import BusyLoadingError, NoScriptError, ResponseError

from adapters.redis.address import RedisAddress
from adapters.redis.faults import ELSEWHERE, kind
from adapters.redis.guarantees import ASKED, loading, loses_nothing
from adapters.redis.scripts import Command, Part

_packed: Callable[[tuple[Part, ...]], bytes] = pack_command  # type: ignore[assignment] # its stub allows one word

LOOK_AGAIN_SECONDS = 10.0
"""An operator may change what the server guarantees while it runs."""


class Lane:
    """Connects when it is first used, and again whenever it has lost the server."""

    def __init__(self, address: RedisAddress) -> None:
        self._connection: Any = address.connection()  # redis-py leaves these methods without types
        self._lasting, self._looked = False, 0.0

    async def exchange(self, commands: Sequence[Command]) -> list[Any]:
        """Send the commands and return an answer for each: a value, or the ``ResponseError`` it met.

        Raises one of ``faults.ANY`` when the server cannot be reached; some may have been done then.
        """
        await self._ready()
        answers = await self._send([each.parts(lasting=self._lasting, whole=False) for each in commands])
        strange = [n for n, answer in enumerate(answers) if isinstance(answer, NoScriptError)]
        if strange:
            whole = [commands[n].parts(lasting=self._lasting, whole=True) for n in strange]
            for n, answer in zip(strange, await self._send(whole), strict=True):
                answers[n] = answer
        if any(isinstance(answer, ResponseError) and kind(answer) in ELSEWHERE for answer in answers):
            await self.drop()
        return answers

    async def drop(self) -> None:
        """Close the connection, if there is one, without waiting for the other side."""
        await self._connection.disconnect(nowait=True)

    async def _ready(self) -> None:
        """Whoever restarted the server while the lane was idle has left a closed connection here."""
        if self._connection.is_connected and await self._connection.can_read():
            await self.drop()
        fresh = not self._connection.is_connected
        if fresh:
            await self._connection.connect()
        if fresh or anyio.current_time() - self._looked > LOOK_AGAIN_SECONDS:
            answers = await self._send(ASKED)
            if loading(answers):
                raise BusyLoadingError
            self._lasting = loses_nothing(answers)
            self._looked = anyio.current_time()

    async def _send(self, commands: Sequence[tuple[Part, ...]]) -> list[Any]:
        connection = self._connection
        # hiredis packs ten times as fast as the client's own code, which takes longer than all the rest.
        await connection.send_packed_command(b"".join(map(_packed, commands)), check_health=False)
        return [await self._answer() for _ in commands]

    async def _answer(self) -> Any:
        try:
            return await self._connection.read_response()
        except ResponseError as error:
            return error
