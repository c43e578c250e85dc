"""What is known about each request: its correlation id, its log line, and the end of unexpected errors.

Outermost of our layers. A line holds the path's template, never a query string, header or body; probes and
page files are logged at debug.
"""

import secrets
from collections.abc import Awaitable

import structlog
from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from adapters.web.errors import CORRELATION, internal
from services.ports.clock import Clock

USER = "soledoor.user_id"
HEADER = "X-Correlation-ID"
_QUIET = frozenset({"/livez", "/readyz", "/metrics"})

log = structlog.stdlib.get_logger(__name__)


class Observing:
    """Wraps the application; one object serves all requests."""

    def __init__(self, app: ASGIApp, clock: Clock) -> None:
        self._app, self._clock = app, clock

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Pass on anything but requests and sockets untouched."""
        if scope["type"] == "lifespan":
            return self._app(scope, receive, send)
        scope[CORRELATION] = identity = secrets.token_hex(8)
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(correlation_id=identity)
        if scope["type"] == "websocket":
            return self._app(scope, receive, send)
        return self._request(scope, receive, send)

    async def _request(self, scope: Scope, receive: Receive, send: Send) -> None:
        started, status = self._clock.monotonic(), 0

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[HEADER] = scope[CORRELATION]
            await send(message)

        try:
            await self._app(scope, receive, noting)
        except ClientDisconnect:
            status = status or 499
        except Exception:  # the edge: the client gets an id, the log gets the rest
            log.exception("request failed", method=scope["method"], path=_path(scope))
            if not status:
                await internal(scope)(scope, receive, noting)
        finally:
            self._line(scope, status, self._clock.monotonic() - started)

    def _line(self, scope: Scope, status: int, seconds: float) -> None:
        path = _path(scope)
        write = log.debug if path in _QUIET or path == "page" else log.info
        write(
            "request",
            method=scope["method"],
            path=path,
            status=status,
            ms=round(seconds * 1000, 1),
            user_id=scope.get(USER),
        )


def _path(scope: Scope) -> str:
    """Return the template, such as ``/api/runs/{run_id}``: a path itself may hold a name somebody chose."""
    route = scope.get("route")
    return str(getattr(route, "path", None) or "page")
