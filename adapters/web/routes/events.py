"""Events over plain HTTP: the same log, cursor and messages as the socket, one way."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Query
from fastapi.responses import Response

from adapters.web.credentials import Caller
from adapters.web.delivery import Position
from adapters.web.doors import Door
from adapters.web.gates import Guarded, Open
from adapters.web.schema import socket_schema
from adapters.web.sockets.stream import EventStream

router = APIRouter(route_class=Guarded, tags=["events"])
published = APIRouter(route_class=Open, tags=["events"])
_STREAM: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/event-stream": {}}, "description": "hello, then events"}
}


@router.get("/api/events", response_class=Response, responses=_STREAM)
async def stream(
    door: Door,
    caller: Caller,
    after: Annotated[str | None, Query(max_length=200)] = None,
    last_event_id: Annotated[str | None, Header(max_length=200)] = None,
) -> Response:
    """Follow the user's log; ``Last-Event-ID``, which returning browsers send, is newer than ``after``."""
    place = last_event_id or after
    position = None if place is None else Position.parse(place)
    return EventStream(door, caller, position)


@published.get("/api/schema/events.json")
async def schema() -> dict[str, Any]:
    """Return the JSON Schema of all socket messages, both ways."""
    return socket_schema()
