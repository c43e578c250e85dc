"""What a Redis server guarantees: whether it forgets by itself, and whether a restart forgets something."""

from collections.abc import Sequence
from typing import Any

OLDEST = (6, 2)
SAFE_POLICIES = frozenset({"noeviction", "volatile-ttl"})
"""Under memory pressure the first refuses writes; the second lets go first of what would go soon anyway."""
BACKLOG_SECONDS = 3600
"""For so long after a failover a server knows that it was a replica before; Redis' own default."""

ASKED = (
    ("INFO", "persistence"),
    ("CONFIG", "GET", "appendfsync"),
    ("CONFIG", "GET", "no-appendfsync-on-rewrite"),
    ("CONFIG", "GET", "repl-backlog-ttl"),
)
"""What ``loses_nothing`` must know."""


def loses_nothing(answers: Sequence[Any]) -> bool:
    """Whether what this server confirms is on its disk by then. One that does not tell gives no guarantee."""
    if any(isinstance(answer, Exception) for answer in answers):
        return False
    info, *pairs = answers
    settings = {str(name, "ascii"): value for name, value in (pair for pair in pairs if pair)}
    state = fields(info)
    backlog = int(settings.get("repl-backlog-ttl", b"1"))
    return (
        state.get("aof_enabled") == "1"
        and state.get("aof_last_write_status") == "ok"
        # The first file is only being written where the log was switched on while the server ran.
        and state.get("aof_rewrite_in_progress") == "0"
        and state.get("aof_rewrite_scheduled") == "0"
        and settings.get("appendfsync") == b"always"
        and settings.get("no-appendfsync-on-rewrite") == b"no"
        and (backlog == 0 or backlog >= BACKLOG_SECONDS)
    )


def loading(answers: Sequence[Any]) -> bool:
    """Whether the server still reads its data, and meanwhile says of its own log that it has none."""
    return isinstance(answers[0], bytes) and fields(answers[0]).get("loading") == "1"


def fields(info: bytes) -> dict[str, str]:
    """Return the lines of an ``INFO`` answer."""
    return dict(line.split(":", 1) for line in info.decode().splitlines() if ":" in line)
