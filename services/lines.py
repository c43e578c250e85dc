"""Who stands in line for the same thing goes one after another, in order of arrival."""

from collections.abc import AsyncGenerator, Hashable
from contextlib import asynccontextmanager

import anyio


class _Line:
    __slots__ = ("lock", "users")

    def __init__(self) -> None:
        self.lock, self.users = anyio.Lock(), 0


class Lines:
    """A lock for each key while somebody needs it. For the loop's thread only."""

    __slots__ = ("_lines",)

    def __init__(self) -> None:
        self._lines: dict[Hashable, _Line] = {}

    def __len__(self) -> int:
        return len(self._lines)

    @asynccontextmanager
    async def turn(self, key: Hashable) -> AsyncGenerator[None, None]:
        """Wait for those who came before; hold the key for the block."""
        line = self._lines.setdefault(key, _Line())
        line.users += 1
        try:
            async with line.lock:
                yield
        finally:
            line.users -= 1
            if not line.users:
                del self._lines[key]
