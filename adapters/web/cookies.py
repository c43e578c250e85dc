"""The session cookie: its name, its flags, and when it is marked Secure."""

from dataclasses import dataclass
from datetime import datetime

from starlette.requests import HTTPConnection
from starlette.responses import Response

from adapters.web.addresses import is_loopback
from config.settings import Server


@dataclass(frozen=True, slots=True)
class SessionCookie:
    """Decides by ``secure`` alone; a value made from the settings.

    ``SameSite=Strict`` also suits the one-time login link: the answer to a top-level navigation may set a
    strict cookie wherever the click came from, and the page it leads to needs none until its own script
    asks the server.
    """

    secure: bool

    @classmethod
    def of(cls, server: Server) -> "SessionCookie":
        """Read it from the settings: plain HTTP is for this machine only."""
        secure = server.secure_cookie
        return cls(not is_loopback(server.host) if secure is None else secure)

    @property
    def name(self) -> str:
        """The prefix binds the cookie to this host; browsers refuse it without TLS."""
        return "__Host-soledoor" if self.secure else "soledoor"

    def read(self, conn: HTTPConnection) -> str | None:
        """Return the token a browser sent."""
        return conn.cookies.get(self.name) or None

    def write(self, response: Response, token: str, expires_at: datetime) -> None:
        """Hand the token to a browser, out of its scripts' reach."""
        response.set_cookie(
            self.name,
            token,
            expires=expires_at,
            path="/",
            secure=self.secure,
            httponly=True,
            samesite="strict",
        )

    def clear(self, response: Response) -> None:
        """Make the browser forget it."""
        response.delete_cookie(self.name, path="/", secure=self.secure, httponly=True, samesite="strict")
