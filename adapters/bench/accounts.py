"""How users of a measurement get in: by the same door as everybody."""

from collections.abc import Awaitable, Mapping, Sequence
from typing import Any

import anyio
import httpx2

from adapters.bench.load import TOOL
from adapters.bench.servers import ServerUnusable
from adapters.bench.user import Account

AT_ONCE = 8


async def log_in(url: str, passwords: Mapping[str, str]) -> Sequence[Account]:
    """Return a session for each name, in that order; raises ``ServerUnusable``."""
    accounts: dict[str, Account] = {}
    limiter = anyio.CapacityLimiter(AT_ONCE)

    async def enter(name: str, password: str) -> None:
        async with limiter:
            who = {"username": name, "password": password}
            body = await _answer(http.post("/auth/login", json=who), url)
        accounts[name] = Account(name, body["user"]["id"], body["token"])

    async with _client(url) as http, anyio.create_task_group() as tasks:
        for name, password in passwords.items():
            tasks.start_soon(enter, name, password)
    return [accounts[name] for name in passwords]


async def offers_load(url: str, account: Account) -> bool:
    """Return whether the server has the tool that makes load; raises ``ServerUnusable``."""
    async with _client(url) as http:
        asked = http.get("/api/tools", headers={"Authorization": f"Bearer {account.token}"})
        return any(tool["name"] == TOOL for tool in (await _answer(asked, url))["tools"])


def _client(url: str) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(base_url=url, timeout=60, trust_env=False)


async def _answer(asked: Awaitable[httpx2.Response], url: str) -> Any:
    try:
        response = await asked
        body = response.json()
        if response.is_success:
            return body
        raise ServerUnusable(url, f"it refuses: {body['detail']} ({body['code']})")
    except httpx2.TransportError as error:
        raise ServerUnusable(
            url, f"it cannot be reached: {str(error) or type(error).__name__}; is the address right?"
        ) from None
    except (ValueError, KeyError, TypeError):
        raise ServerUnusable(
            url, "it does not answer like a Soledoor server: is the address right?"
        ) from None
