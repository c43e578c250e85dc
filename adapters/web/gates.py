"""The two kinds of route: open ones, and guarded ones that know their caller before they read a body."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from adapters.web.credentials import identify
from adapters.web.errors import HTTPRefusal
from adapters.web.strict_json import MalformedJSON, parse

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class StrictRequest(Request):
    """A request whose JSON is read by our rules."""

    async def json(self) -> Any:
        """Return the body's value; raises 400."""
        try:
            return parse(await self.body())
        except MalformedJSON as error:
            raise HTTPRefusal(400, "malformed_json", f"The body is no acceptable JSON: {error}.") from None


class Open(APIRoute):
    """Anybody may call."""

    def get_route_handler(self) -> Handler:
        """Wrap the framework's handler."""
        handle = super().get_route_handler()

        async def strict(request: Request) -> Response:
            _require_json(self, request)
            return await handle(StrictRequest(request.scope, request.receive))

        return strict


class Guarded(APIRoute):
    """Only those who are logged in, and no forged request."""

    def get_route_handler(self) -> Handler:
        """Wrap the framework's handler."""
        handle = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            await identify(request)
            _require_json(self, request)
            return await handle(StrictRequest(request.scope, request.receive))

        return guarded


def _require_json(route: APIRoute, request: Request) -> None:
    if route.body_field is None:
        return
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json" and (kind or request.headers.get("content-length", "0") != "0"):
        raise HTTPRefusal(415, "unsupported_media_type", "Send the body as Content-Type: application/json.")
