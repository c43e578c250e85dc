"""A plain client, written from the protocol alone: HTTP by httpx2, the socket by ``websockets``, nothing of
the server's code.
"""

import json
from collections import defaultdict
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import anyio
import httpx2
from websockets.asyncio.client import ClientConnection, connect

from tests.clients import http_client

PASSWORD = "correct horse battery staple"
ENDS = {"agent_completed", "agent_error"}


@dataclass
class Client:
    """One user; remembers every event by run and follows the client rule of section 2."""

    url: str
    name: str
    token: str
    user_id: str
    epoch: str = ""
    last: int = 0
    events: defaultdict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    seqs: list[int] = field(default_factory=list)
    dropped: int = 0
    replayed: list[dict[str, Any]] = field(default_factory=list)
    controls: list[dict[str, Any]] = field(default_factory=list)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def http(self) -> httpx2.AsyncClient:
        return http_client(self.url, headers=self.headers, timeout=60)

    @asynccontextmanager
    async def socket(self, *, resume: bool = False) -> AsyncGenerator["Socket", None]:
        """Connect; with ``resume`` go on after the last event that was taken."""
        after = f"?after={self.epoch}:{self.last}" if resume else ""
        address = self.url.replace("http", "ws") + "/ws" + after
        async with connect(address, additional_headers=self.headers) as connection:
            hello = json.loads(await connection.recv())
            assert hello["type"] == "hello", hello
            if not hello["resumed"]:
                self.epoch, self.last = hello["epoch"], hello["head"]
            yield Socket(self, connection, hello)

    def take(self, message: dict[str, Any]) -> None:
        if message.get("replayed"):
            self.replayed.append(message)
        elif "seq" not in message:
            self.controls.append(message)
        elif message["seq"] <= self.last:
            self.dropped += 1
        else:
            assert message["seq"] == self.last + 1, f"a hole after {self.last}: {message['seq']}"
            assert message["epoch"] == self.epoch
            self.last = message["seq"]
            self.seqs.append(self.last)
            self.events[message["run_id"]].append(message)

    def ended(self, run_id: str) -> bool:
        return any(event["type"] in ENDS for event in self.events[run_id])


@dataclass
class Socket:
    """One connection of a client."""

    client: Client
    connection: ClientConnection
    hello: dict[str, Any]

    async def send(self, **message: Any) -> None:
        await self.connection.send(json.dumps(message))

    async def ask(self, message_id: str, content: str, **more: Any) -> dict[str, Any]:
        """Send a message and return ``accepted`` or ``rejected``; events that come meanwhile are taken."""
        await self.send(type="user_message", message_id=message_id, content=content, **more)

        def answered() -> dict[str, Any] | None:
            return next((c for c in self.client.controls if c.get("message_id") == message_id), None)

        await self.until(lambda: answered() is not None)
        answer = answered()
        assert answer is not None
        self.client.controls.remove(answer)
        return answer

    async def until(self, condition: Callable[[], bool]) -> None:
        """Take messages until the condition holds."""
        with anyio.fail_after(30):
            while not condition():
                self.client.take(json.loads(await self.connection.recv()))

    async def end_of(self, run_id: str) -> list[dict[str, Any]]:
        """Take messages until this run has ended; return its events."""
        await self.until(lambda: self.client.ended(run_id))
        return self.client.events[run_id]

    def cut(self) -> None:
        """Go away without a goodbye."""
        self.connection.transport.abort()


async def logged_in(url: str, name: str) -> Client:
    """Log in with the test password."""
    async with http_client(url) as http:
        answer = await http.post("/auth/login", json={"username": name, "password": PASSWORD})
    assert answer.status_code == 200, answer.text
    body = answer.json()
    return Client(url, name, body["token"], body["user"]["id"])
