"""Where Redis is: a URL taken apart once, and the name under which people may see it."""

from typing import Any

from redis.asyncio.connection import AbstractConnection, Connection, parse_url
from redis.exceptions import RedisError

from adapters.redis.unusable import unusable

EXAMPLES = "write redis://:password@host:6379/0, rediss://… for TLS, or unix:///path/to/socket"
OURS = {"protocol": 2, "driver_info": None, "socket_timeout": None, "decode_responses": False}
"""What the link relies on. Deadlines cover whole exchanges, so the client's own for each answer is off."""


class RedisAddress:
    """What a connection is made of, and how many seconds an exchange over it may take. ``str()`` shows no
    password, user or options.
    """

    def __init__(self, url: str, timeout: float) -> None:
        """Raises ``InvalidInput`` naming ``redis.url``; its text does not hold the URL."""
        self.timeout = timeout
        try:
            options: dict[str, Any] = dict(parse_url(url))
            self._class: type[AbstractConnection] = options.pop("connection_class", Connection)
            self._options = {"socket_connect_timeout": timeout, **options, **OURS}
            self.connection()
        except (ValueError, TypeError, RedisError):
            raise unusable(f"is no Redis URL: {EXAMPLES}") from None

    def connection(self) -> AbstractConnection:
        """Return a new connection, not yet made."""
        made: AbstractConnection = self._class(**self._options)
        return made

    def __str__(self) -> str:
        database = self._options.get("db", 0)
        if "path" in self._options:
            return f"unix://{self._options['path']}?db={database}"
        host, port = self._options.get("host", "localhost"), self._options.get("port", 6379)
        scheme = "redis" if self._class is Connection else "rediss"
        return f"{scheme}://{host}:{port}/{database}"

    __repr__ = __str__
