"""A Server-Sent Events stream: the writer of a socket, written as HTTP; it counts as a socket of its user."""

from collections.abc import Awaitable

import anyio
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from adapters.web.delivery import Position
from adapters.web.doors import Doors
from adapters.web.errors import refusal
from adapters.web.sockets.seat import Seat
from services.errors import Refused
from services.identity.sessions import Identity
from services.ports.events import Frame

HEADERS = [(b"content-type", b"text/event-stream; charset=utf-8"), (b"x-accel-buffering", b"no")]


class EventStream(Response):
    """The answer to ``GET /api/events``: endless, until the client, its session or the server leaves."""

    def __init__(self, doors: Doors, identity: Identity, after: Position | None) -> None:
        super().__init__()
        self._doors, self._identity, self._after = doors, identity, after

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the stream, or say why not."""

        def write(text: bytes, frame: Frame | None) -> Awaitable[None]:
            place = b"" if frame is None else b"id: %b\n" % seat.delivery.place(frame).encode()
            return send(
                {"type": "http.response.body", "body": b"%bdata: %b\n\n" % (place, text), "more_body": True}
            )

        try:
            seat = Seat(self._doors, self._identity, write)
        except Refused as error:
            await refusal(scope, error)(scope, receive, send)
            return
        try:
            await self._serve(seat, receive, send)
        finally:
            seat.leave()

    async def _serve(self, seat: Seat, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        async with anyio.create_task_group() as tasks:

            async def notice_departure() -> None:
                while (await receive())["type"] != "http.disconnect":
                    pass
                tasks.cancel_scope.cancel()

            tasks.start_soon(notice_departure)
            await seat.writer.run(self._after)
            await send({"type": "http.response.body", "body": b"", "more_body": False})
            tasks.cancel_scope.cancel()
