"""Whether a Redis can be used: looked at once at the start, and by the doctor."""

from typing import Any

import anyio
from redis.exceptions import AuthenticationError, AuthorizationError, ResponseError

from adapters.redis.address import RedisAddress
from adapters.redis.faults import ANY, refusal
from adapters.redis.guarantees import ASKED, OLDEST, SAFE_POLICIES, fields, loses_nothing
from adapters.redis.unusable import unusable

_ANEW = "after its restart every user's log begins anew, and pages are told of a gap"
LOSES = {
    "all": f"keeps nothing on disk: {_ANEW}",
    "tail": f"may lose its last moments: {_ANEW}, unless appendonly is yes and appendfsync always",
}


async def examine(address: RedisAddress) -> list[str]:
    """Return what an operator should know about this server, nothing when all is well.

    Raises ``InvalidInput`` naming ``redis.url``, with the cure, for a server that cannot be used.
    """
    connection: Any = address.connection()
    try:
        with anyio.fail_after(address.timeout):
            await connection.connect()
            return await _findings(connection)
    except (AuthenticationError, AuthorizationError):
        raise unusable(f"{address} refuses the user or the password: correct them in the URL") from None
    except ANY as error:
        cure = "start Redis there, or correct the address"
        raise unusable(f"{address}: {str(refusal(error)).rstrip('.')}: {cure}") from None
    finally:
        with anyio.CancelScope(shield=True):
            await connection.disconnect(nowait=True)


async def _findings(connection: Any) -> list[str]:
    server, memory = [fields(await _ask(connection, "INFO", part)) for part in ("server", "memory")]
    history = fields(await _ask(connection, "INFO", "replication")).get("master_replid")
    _refuse_old(server.get("redis_version", ""), history)
    _refuse_forgetful(memory)
    found = [] if memory.get("maxmemory_policy") in SAFE_POLICIES else [_would_forget(memory)]
    answers = [await _ask_or_error(connection, *words) for words in ASKED]
    if not loses_nothing(answers):
        found.append(LOSES["tail" if await _keeps_something(connection, answers[0]) else "all"])
    return found


def _refuse_old(version: str, history: str | None) -> None:
    wanted = ".".join(map(str, OLDEST))
    if tuple(int(part) for part in version.split(".")[:2] if part.isdigit()) < OLDEST:
        raise unusable(f"names a Redis of version {version or 'unknown'}: use {wanted} or newer")
    if not history:
        raise unusable("names a server that does not tell its master_replid: use Redis itself, or Valkey")


def _refuse_forgetful(memory: dict[str, str]) -> None:
    if memory.get("maxmemory_policy") not in SAFE_POLICIES and memory.get("maxmemory") != "0":
        raise unusable(_would_forget(memory))


def _would_forget(memory: dict[str, str]) -> str:
    policy, safe = memory.get("maxmemory_policy"), " or ".join(sorted(SAFE_POLICIES))
    return f"names a Redis with maxmemory-policy {policy}, which throws keys away unasked: set it to {safe}"


async def _keeps_something(connection: Any, persistence: Any) -> bool:
    if isinstance(persistence, bytes) and fields(persistence).get("aof_enabled") == "1":
        return True
    save = await _ask_or_error(connection, "CONFIG", "GET", "save")
    return not isinstance(save, list) or bool(save and save[1])


async def _ask_or_error(connection: Any, *words: str) -> Any:
    try:
        return await _ask(connection, *words)
    except ResponseError as error:
        return error


async def _ask(connection: Any, *words: str) -> Any:
    await connection.send_command(*words, check_health=False)
    return await connection.read_response()
