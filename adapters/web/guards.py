"""What every response carries and what no request gets past: headers, Host allow-list, body limit."""

from collections.abc import Awaitable

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from adapters.web.addresses import Addresses, header_values
from adapters.web.errors import HTTPRefusal, http_refusal

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types soledoor dompurify"
)
_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
UPLOADS = "/api/files/"
UNKNOWN_HOST = (
    "This server does not answer to that Host name: "
    "use its own address, or add the name to server.allowed_hosts."
)


class SecurityHeaders:
    """Adds each header that the answer does not set itself."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Sockets are passed on: a page is never read from one."""
        if scope["type"] != "http":
            return self._app(scope, receive, send)

        async def adding(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        return self._app(scope, receive, adding)


class Hosts:
    """Answers 400 to a request or handshake that names another server (DNS rebinding)."""

    def __init__(self, app: ASGIApp, addresses: Addresses) -> None:
        self._app, self._addresses = app, addresses

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Refuse before anything else reads the request."""
        if scope["type"] == "lifespan" or self._addresses.host_allowed(scope):
            return self._app(scope, receive, send)
        return http_refusal(scope, HTTPRefusal(400, "unknown_host", UNKNOWN_HOST))(scope, receive, send)


class BodyLimit:
    """Answers 413 to a body over its bound: at once when it is announced, else when it has come that far."""

    def __init__(self, app: ASGIApp, body_bytes: int, file_bytes: int) -> None:
        self._app, self._body, self._file = app, body_bytes, file_bytes

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Uploads have a bound of their own."""
        if scope["type"] != "http":
            return self._app(scope, receive, send)
        limit = self._file if scope["method"] == "PUT" and scope["path"].startswith(UPLOADS) else self._body
        if any(
            not (said.isascii() and said.isdigit()) or int(said[:18]) > limit
            for said in header_values(scope, b"content-length")
        ):
            return http_refusal(scope, _too_large(limit))(scope, receive, send)
        return self._app(scope, _counting(receive, limit), send)


def _counting(receive: Receive, limit: int) -> Receive:
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > limit:
            raise _too_large(limit)
        return message

    return counted


def _too_large(limit: int) -> HTTPRefusal:
    return HTTPRefusal(413, "too_large", f"The body is larger than the {limit} bytes accepted here.")
