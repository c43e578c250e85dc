"""The other end of many sockets: raw TCP and epoll, so that a client costs little beside the server; and the
server's process.
"""

import json
import os
import select
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

AT_ONCE = 50
PATIENCE = 60.0
TEXT, CLOSE, PING = 1, 8, 9


class Peer:
    """A server in a process of its own; it ends with the block."""

    def __init__(self, name: str, directory: Path) -> None:
        command = [sys.executable, "-m", "benchmarks.peers", name, str(directory)]
        # A process that compiles its modules is left with free memory, which sockets then take unseen.
        compiled = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=compiled
        )
        self.url: str = self._answer()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(PATIENCE)
        assert self._process.stdout is not None
        self._process.stdout.close()

    def ask(self, do: str, **more: Any) -> Any:
        """Give a command and wait for its answer."""
        self.tell(do, **more)
        return self._answer()

    def tell(self, do: str, **more: Any) -> None:
        """Give a command; ``wait`` takes its answer."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": do, **more}) + "\n")
        self._process.stdin.flush()

    def wait(self) -> Any:
        """Return the answer to what was told."""
        return self._answer()

    def _answer(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the server ended before it answered: see its messages above")
        return json.loads(line)


class Socket:
    """One connection, and the beginning of a frame that has not come whole."""

    __slots__ = ("rest", "tcp")

    def __init__(self, tcp: socket.socket) -> None:
        self.tcp, self.rest = tcp, b""

    def frames(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        """Yield opcode and payload of each whole frame."""
        data, at = self.rest + data, 0
        while len(data) >= at + 2:
            size, start = data[at + 1], at + 2
            if size == 126:
                size, start = int.from_bytes(data[at + 2 : at + 4], "big"), at + 4
            elif size == 127:
                size, start = int.from_bytes(data[at + 2 : at + 10], "big"), at + 10
            if len(data) < start + size:
                break
            yield data[at] & 15, data[start : start + size]
            at = start + size
        self.rest = data[at:]


class Crowd:
    """Many open sockets, read by one thread. ``buffer`` is how much the kernel takes for each that is not
    read; without it the kernel decides.
    """

    def __init__(self, url: str, buffer: int | None = None) -> None:
        self._buffer = buffer
        parts = urlsplit(url)
        self._address = (parts.hostname or "", parts.port or 0)
        self.epoll = select.epoll()
        self.sockets: dict[int, Socket] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        for each in self.sockets.values():
            each.tcp.close()
        self.epoll.close()

    def open(self, tokens: list[str]) -> None:
        """Open a socket with each token, in order; return when all are served."""
        for start in range(0, len(tokens), AT_ONCE):
            batch = [self._connect(token) for token in tokens[start : start + AT_ONCE]]
            for each in batch:
                self._upgraded(each)

    def receive(self, count: int) -> Iterator[bytes]:
        """Yield that many events; pings are answered and not counted."""
        until = time.monotonic() + PATIENCE
        while count > 0:
            if time.monotonic() > until:
                raise RuntimeError(f"{count} events are missing")
            for number, _ in self.epoll.poll(1.0):
                for event in self.read(self.sockets[number]):
                    count -= 1
                    yield event

    def late(self, count: int) -> list[float]:
        """Return by how many microseconds so many events came after they were emitted, in order of size."""
        taken = []
        for event in self.receive(count):
            now = time.monotonic_ns()
            _, _, stamped = event.partition(b"at=")
            taken.append((now - int(stamped[: stamped.index(b" ")])) / 1000)
        return sorted(taken)

    def drain(self) -> None:
        """Read what has arrived without being asked for."""
        for number, _ in self.epoll.poll(0):
            for _ in self.read(self.sockets[number]):
                pass

    def _connect(self, token: str) -> Socket:
        tcp = socket.socket()
        if self._buffer is not None:
            tcp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self._buffer)
        tcp.settimeout(PATIENCE)
        tcp.connect(self._address)
        tcp.sendall(
            f"GET /ws HTTP/1.1\r\nHost: {self._address[0]}:{self._address[1]}\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
            f"User-Agent: benchmark\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
        )
        return Socket(tcp)

    def _upgraded(self, each: Socket) -> None:
        head, data = b"", b""
        while b"\r\n\r\n" not in data:
            if not (more := each.tcp.recv(4096)):
                raise RuntimeError(f"the handshake was refused: {data!r}")
            data += more
        head, _, rest = data.partition(b"\r\n\r\n")
        if b" 101 " not in head:
            raise RuntimeError(f"the handshake was refused: {data!r}")
        each.tcp.setblocking(False)
        for _ in each.frames(rest):
            pass
        self.sockets[each.tcp.fileno()] = each
        self.epoll.register(each.tcp, select.EPOLLIN)

    def read(self, each: Socket) -> Iterator[bytes]:
        """Yield the events that have arrived at one socket."""
        data = each.tcp.recv(262_144)
        if not data:
            raise RuntimeError("the server has closed a socket")
        for opcode, payload in each.frames(data):
            if opcode == PING:
                each.tcp.send(b"\x8a" + bytes([0x80 | len(payload)]) + b"\0\0\0\0" + payload)
            elif opcode == TEXT and not payload.startswith((b'{"type":"ping"', b'{"type":"hello"')):
                yield payload
