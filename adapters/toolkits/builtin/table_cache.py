"""Which loaded tables stay in memory: those used last, each under its owner's name, within so many bytes."""

from collections import OrderedDict
from threading import Lock

from adapters.toolkits.builtin.table_loading import Table


class TableCache:
    """Least recently used tables go first. Safe from any thread; never blocks for long.

    A table larger than the whole bound is not kept. ``bytes`` is what the kept tables take.
    """

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes, self._lock = max_bytes, Lock()
        self._tables: OrderedDict[tuple[str, str], Table] = OrderedDict()
        self.bytes = 0

    def get(self, user_id: str, file_id: str) -> Table | None:
        """Return the user's table, or None."""
        with self._lock:
            table = self._tables.get((user_id, file_id))
            if table is not None:
                self._tables.move_to_end((user_id, file_id))
            return table

    def put(self, user_id: str, file_id: str, table: Table) -> None:
        """Keep a table, in place of an earlier one of the same user and file."""
        with self._lock:
            self._forget((user_id, file_id))
            if len(table.image) > self._max_bytes:
                return
            self._tables[user_id, file_id] = table
            self.bytes += len(table.image)
            while self.bytes > self._max_bytes:
                self._forget(next(iter(self._tables)))

    def clear(self) -> int:
        """Forget everything, since it can be loaded again; return how many bytes that freed."""
        with self._lock:
            freed, self.bytes = self.bytes, 0
            self._tables.clear()
            return freed

    def _forget(self, key: tuple[str, str]) -> None:
        table = self._tables.pop(key, None)
        if table is not None:
            self.bytes -= len(table.image)
