"""Which Host names this server answers to, and which browser origins may use the session cookie.

The server's own names come from the connection itself (``scope["server"]`` is the local address that
accepted it), so a port chosen by the system, several interfaces and several servers of one application need
no announcement. A page's own origin is the scheme and Host of the request, once that Host is one of the
server's own; further names are the operator's settings.
"""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address

from starlette.types import Scope

from config.settings import Server

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})
WILDCARDS = frozenset({"", "0.0.0.0", "::"})  # noqa: S104 - recognised, not bound
_WEB_SCHEMES = {"ws": "http", "wss": "https"}
_DEFAULT_PORTS = {"http": 80, "https": 443}


def header_values(scope: Scope, name: bytes) -> list[str]:
    """Return every value of a header, in order; ``name`` in lower case."""
    return [value.decode("latin-1") for key, value in scope["headers"] if key == name]


@dataclass(frozen=True, slots=True)
class Addresses:
    """Decisions about Host and Origin; a value made from the settings."""

    configured_host: str
    hosts: frozenset[str]
    origins: frozenset[str]

    @classmethod
    def of(cls, server: Server) -> "Addresses":
        """Read them from the settings."""
        return cls(
            "" if server.host in WILDCARDS else _in_url(server.host),
            frozenset(host.lower() for host in server.allowed_hosts),
            frozenset(origin.rstrip("/").lower() for origin in server.allowed_origins),
        )

    def host_allowed(self, scope: Scope) -> bool:
        """Return whether the request names this server; a missing or doubled Host never does."""
        match header_values(scope, b"host"):
            case [host]:
                return self._own(scope, host.lower()) or self._configured(host.lower())
        return False

    def origin_allowed(self, scope: Scope) -> bool:
        """Return whether the one Origin is exactly allowed; a missing one is not."""
        match header_values(scope, b"origin"), header_values(scope, b"host"):
            case [origin], [host]:
                own = f"{_web_scheme(scope)}://{host.lower()}"
                return origin in self.origins or (origin == own and self._own(scope, host.lower()))
        return False

    def _own(self, scope: Scope, host: str) -> bool:
        address, port = scope.get("server") or (None, None)
        names = {self.configured_host, *_names(address)}
        name, given = _split(host)
        default = _DEFAULT_PORTS.get(_web_scheme(scope), 443)
        return name in names and (given or default) == (port or default)

    def _configured(self, host: str) -> bool:
        return host in self.hosts or _split(host)[0] in self.hosts


def is_loopback(host: str) -> bool:
    """Return whether an address or name stays on this machine."""
    address = _address(host)
    return host == "localhost" if address is None else address.is_loopback


def _names(host: str | None) -> frozenset[str]:
    if host is None:
        return frozenset()
    if is_loopback(host):
        return LOOPBACK_NAMES
    return frozenset({_in_url(host)})


def _address(host: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(host)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _in_url(host: str) -> str:
    address = _address(host)
    if address is None:
        return host.lower()
    return f"[{address}]" if isinstance(address, IPv6Address) else str(address)


def _web_scheme(scope: Scope) -> str:
    return _WEB_SCHEMES.get(scope["scheme"], str(scope["scheme"]))


def _split(host: str) -> tuple[str, int | None]:
    name, separator, port = host.rpartition(":")
    if separator and port.isascii() and port.isdigit() and not port.startswith("0"):
        return name, int(port[:6])
    return host, None
