"""What an error of Redis becomes for those who called: never its text, which may show values."""

import re

from redis.exceptions import RedisError, ResponseError
from redis.exceptions import TimeoutError as SlowError

from adapters.storage.faults import unavailable
from services.errors import Unavailable

WORDS = {
    "OOM": "Redis is out of memory.",
    "MISCONF": "Redis cannot write to its disk.",
    "READONLY": "This Redis is a replica that takes no writes.",
    "LOADING": "Redis is still loading its data.",
    "BUSY": "Redis is busy with a script that does not end.",
    "NOREPLICAS": "Redis has too few replicas to take writes.",
    "MASTERDOWN": "This Redis is a replica that has lost its master.",
    "CLUSTERDOWN": "The Redis cluster is down.",
    "NOPERM": "This Redis account may not do what is needed.",
    "NOAUTH": "Redis wants a password.",
    "WRONGPASS": "Redis refuses the password.",
}
ELSEWHERE = frozenset({"READONLY", "MASTERDOWN", "CLUSTERDOWN", "NOAUTH", "LOADING"})
"""Words of a server that is not the one we want any more: a new connection may reach that one."""

ANY = (RedisError, OSError, TimeoutError)
"""What an exchange may raise that is the server's or the network's doing."""

# Redis 7 begins a script's error with the word, Redis 6 has it in the middle: "…user_script:1: -OOM command…"
_WORD = re.compile(rf"(?:^|-)({'|'.join(WORDS)})\b")


def kind(error: BaseException) -> str:
    """Return the error's word, such as ``OOM``, or its type's name where it has none that we know."""
    word = getattr(error, "status_code", None)  # redis-py cuts words that it knows off the text
    if word in WORDS:
        return str(word)
    found = _WORD.search(str(error)) if isinstance(error, RedisError) else None
    return found[1] if found else type(error).__name__


def refusal(error: BaseException) -> Unavailable:
    """Return what a caller gets for this error."""
    if (word := kind(error)) in WORDS:
        return unavailable(WORDS[word])
    if isinstance(error, ResponseError):
        return unavailable("Redis refused a command.")
    slow = isinstance(error, TimeoutError | SlowError)
    return unavailable("Redis does not answer in time." if slow else "Redis cannot be reached.")
