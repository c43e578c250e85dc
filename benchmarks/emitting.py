"""How the two servers of ``benchmarks.peers`` send an event: made and encoded anew for each socket."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

import orjson
from starlette.websockets import WebSocket, WebSocketDisconnect

from containers.bootstrap import Application
from services.context import UserExecutionContext
from services.events import EventType, RunEvent

MOMENT = "2036-11-20T18:00:00.123456+00:00"
FILL = "so the total of the three rows has to be compared with what the file says about them, "
LONG = FILL * 24
"""Two thousand characters."""

Emit = Callable[[int, str], Awaitable[object]]
"""Send one event with this text to the user of that number."""


class Peer(ABC):
    """What a server offers to the benchmark, beside its sockets."""

    @abstractmethod
    async def users(self, count: int) -> list[str]:
        """Make that many users; return a token of each."""

    @abstractmethod
    async def emitter(self, way: str) -> Emit:
        """Return how events are sent."""


class Soledoor(Peer):
    """The application: events through a request's bridge, or straight into the log."""

    def __init__(self, application: Application, requests: AsyncExitStack) -> None:
        self._application, self._requests = application, requests
        self._emitters: dict[str, Emit] = {}

    async def users(self, count: int) -> list[str]:
        """Make accounts and log them in."""
        accounts, sessions = self._application.accounts, self._application.sessions
        made = [await accounts.create(f"bench{number}", "correct horse battery") for number in range(count)]
        return [(await sessions.open_for(user)).token for user in made]

    async def emitter(self, way: str) -> Emit:
        """Return one for ``log`` or ``bridge``."""
        if way not in self._emitters:
            found = {user.name: user.id for user in await self._application.accounts.users()}
            ids = [found[f"bench{number}"] for number in range(len(found))]
            self._emitters[way] = await self._bridge(ids) if way == "bridge" else self._log(ids)
        return self._emitters[way]

    def _log(self, ids: list[str]) -> Emit:
        log, last = self._application.log, [0] * len(ids)

        async def emit(number: int, text: str) -> None:
            last[number] += 1
            payload = {
                "reasoning": text,
                "step_number": None,
                "progress_percentage": None,
                "status": "thinking",
            }
            await log.append(
                RunEvent(
                    EventType.AGENT_THINKING,
                    ids[number],
                    "r-log",
                    "t-1",
                    "assistant",
                    MOMENT,
                    last[number],
                    payload,
                )
            )

        return emit

    async def _bridge(self, ids: list[str]) -> Emit:
        bridges = []
        for user_id in ids:
            context = UserExecutionContext(user_id, "t-1", "r-bridge")
            request = await self._requests.enter_async_context(self._application.open_request(context))
            await request.bridge.notify_agent_started("r-bridge", "assistant")
            bridges.append(request.bridge)

        def emit(number: int, text: str) -> Awaitable[bool]:
            return bridges[number].notify_agent_thinking("r-bridge", "assistant", text)

        return emit


class Bare(Peer):
    """A handler that accepts and reads, and a send to each."""

    def __init__(self) -> None:
        self.sockets: list[WebSocket] = []

    async def users(self, count: int) -> list[str]:
        """Need none."""
        return ["none"] * count

    async def emitter(self, way: str) -> Emit:
        """Return the one there is."""
        sequence = 0

        async def emit(number: int, text: str) -> None:
            nonlocal sequence
            sequence += 1
            event = {
                "type": "agent_thinking",
                "run_id": "r-log",
                "thread_id": "t-1",
                "agent_name": "assistant",
                "user_id": "u_0123456789abcdef",
                "timestamp": MOMENT,
                "seq": sequence,
                "epoch": "k3v9abcd",
                "run_seq": sequence,
                "payload": {
                    "reasoning": text,
                    "step_number": None,
                    "progress_percentage": None,
                    "status": "thinking",
                },
            }
            await self.sockets[number].send_text(orjson.dumps(event).decode())

        return emit

    async def handle(self, websocket: WebSocket) -> None:
        """Serve one socket."""
        await websocket.accept()
        self.sockets.append(websocket)
        try:
            while True:
                await websocket.receive_text()
        except WebSocketDisconnect:
            pass
