"""The web application: layers, routes, the socket and the page, put together once."""

from typing import Any

from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.routing import Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from adapters.web.doors import Doors
from adapters.web.errors import install
from adapters.web.guards import BodyLimit, Hosts, SecurityHeaders
from adapters.web.observing import Observing
from adapters.web.routes import ROUTERS
from adapters.web.routes.page import Page
from adapters.web.sockets.endpoint import PATH, SocketEndpoint
from services.sealed import Sealed

DESCRIPTION = "A multi-user agent server. Events over the socket are described at /api/schema/events.json."


class SocketFirst(FastAPI):
    """Hands ``/ws`` over past FastAPI's own layers: each would stay on the stack of every socket."""

    def __init__(self, socket: ASGIApp, **options: Any) -> None:
        super().__init__(**options)
        self._socket = socket

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or socket."""
        if scope["type"] == "websocket" and scope["path"] == PATH:
            scope["app"] = self
            await self._socket(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


class WebApplication(metaclass=Sealed):
    """Everything a client can reach. ``adapters.web.server.serve`` serves ``asgi``; any ASGI server can."""

    def __init__(self, doors: Doors) -> None:
        self.asgi = SocketFirst(
            socket=Observing(Hosts(SocketEndpoint(doors), doors.addresses), doors.clock),
            title="Soledoor",
            version="1",
            description=DESCRIPTION,
            docs_url=None,  # their scripts come from elsewhere, which the content security policy forbids
            redoc_url=None,
            redirect_slashes=False,
            telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
            middleware=[
                Middleware(Observing, clock=doors.clock),
                Middleware(SecurityHeaders),
                Middleware(Hosts, addresses=doors.addresses),
                Middleware(BodyLimit, body_bytes=doors.server.body_bytes, file_bytes=doors.limits.file_bytes),
            ],
        )
        self.asgi.state.door = doors
        install(self.asgi, doors.metrics)
        for router in ROUTERS:
            self.asgi.include_router(router)
        self.asgi.router.routes.append(Mount("/", Page(), name="page"))
