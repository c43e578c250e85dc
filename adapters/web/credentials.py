"""Who is asking, and may a browser ask this from where it stands: decided before a body is read.

A Bearer token speaks for itself. A cookie is sent by browsers on their own, so it only counts when the
Origin is exactly allowed, and a change also needs a content type that no form can send.
"""

from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection
from starlette.types import Scope

from adapters.web.addresses import header_values
from adapters.web.doors import Doors, door
from adapters.web.errors import HTTPRefusal
from adapters.web.observing import USER
from services.errors import AuthenticationError
from services.identity.sessions import Identity

IDENTITY = "soledoor.identity"
NOBODY = "Log in first: send a session cookie, or a token as Authorization: Bearer."
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def bearer(conn: HTTPConnection) -> str | None:
    """Return the token of an Authorization: Bearer header; other schemes belong to somebody else."""
    scheme, _, token = conn.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


async def identify(conn: HTTPConnection) -> Identity:
    """Return who is asking; raises ``AuthenticationError``, or 403 for a cookie from a foreign page."""
    doors = door(conn)
    token = bearer(conn)
    if token is None:
        token = doors.cookie.read(conn)
        if token is None:
            raise AuthenticationError(NOBODY)
        refuse_forgery(doors, conn.scope)
    identity = await doors.sessions.authenticate(token)
    conn.scope[IDENTITY] = identity
    conn.scope[USER] = identity.user.id
    return identity


def refuse_forgery(doors: Doors, scope: Scope) -> None:
    """Raise 403 unless this cookie request may come from where it comes from; a read without Origin may."""
    changes = scope["type"] == "websocket" or scope["method"] not in _SAFE
    if changes or header_values(scope, b"origin"):
        require_origin(doors, scope)
    if scope["type"] == "http" and changes:
        _require_type(scope)


def refuse_foreign_login(doors: Doors, scope: Scope) -> None:
    """Raise 403 for a login that a foreign page sends; without an Origin it comes from no page."""
    if header_values(scope, b"origin"):
        require_origin(doors, scope)
        _require_type(scope)


def require_origin(doors: Doors, scope: Scope) -> None:
    """Raise 403 unless the Origin is exactly allowed."""
    if not doors.addresses.origin_allowed(scope):
        raise HTTPRefusal(
            403,
            "foreign_origin",
            "A session cookie only counts from the server's own pages: "
            "add the origin to server.allowed_origins, or send a token as Authorization: Bearer.",
        )


def _require_type(scope: Scope) -> None:
    given = [value.partition(";")[0].strip().lower() for value in header_values(scope, b"content-type")]
    if not given and not _has_body(scope):
        return
    if len(given) == 1 and (given[0] == "application/json" or scope["method"] == "PUT"):
        return
    raise HTTPRefusal(403, "form_refused", "With a session cookie, send Content-Type: application/json.")


def _has_body(scope: Scope) -> bool:
    length = header_values(scope, b"content-length")
    return bool(header_values(scope, b"transfer-encoding")) or any(value.strip("0 ") for value in length)


def caller(conn: HTTPConnection) -> Identity:
    """Return whom ``Guarded`` let in (a FastAPI dependency)."""
    identity: Identity = conn.scope[IDENTITY]
    return identity


Caller = Annotated[Identity, Depends(caller)]
