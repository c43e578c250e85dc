"""Where one WebSocket frame of a server ends and the next begins; what they say is nobody's business here."""

from typing import NamedTuple

DATA = frozenset({0, 1, 2})
HEAD, HEAD_END = b"HTTP/1.1 101", b"\r\n\r\n"


class Piece(NamedTuple):
    """Bytes that belong together; ``opcode`` is None for what is no frame."""

    data: bytes
    opcode: int | None = None

    @property
    def is_data(self) -> bool:
        """Whether this is a frame that carries a message or part of one."""
        return self.opcode in DATA


class ServerStream:
    """Cuts what a server sends into its answer's head and whole frames.

    Without an answer 101 there are no frames: everything then passes through as it comes, be it HTTP or the
    talk of a database.
    """

    def __init__(self) -> None:
        self._rest = bytearray()
        self._upgraded: bool | None = None

    def feed(self, data: bytes) -> list[Piece]:
        """Return what is whole now; the beginning of a frame waits for its rest."""
        if self._upgraded is False:
            return [Piece(data)]
        self._rest += data
        pieces = [] if self._upgraded else self._head()
        if self._upgraded:
            while (size := self._frame()) is not None:
                pieces.append(Piece(bytes(self._rest[:size]), self._rest[0] & 0x0F))
                del self._rest[:size]
        return pieces

    def _head(self) -> list[Piece]:
        start, end = self._rest[: len(HEAD)], self._rest.find(HEAD_END)
        if HEAD.startswith(start) and end < 0:
            return []
        self._upgraded = start == HEAD
        size = end + len(HEAD_END) if self._upgraded else len(self._rest)
        head = bytes(self._rest[:size])
        del self._rest[:size]
        return [Piece(head)]

    def _frame(self) -> int | None:
        """Return the size of the first frame, None when it is not whole."""
        rest = self._rest
        if len(rest) < 2:
            return None
        short = rest[1] & 0x7F
        extra = {126: 2, 127: 8}.get(short, 0)
        if len(rest) < 2 + extra:
            return None
        length = int.from_bytes(rest[2 : 2 + extra]) if extra else short
        masked = 4 if rest[1] & 0x80 else 0
        size = 2 + extra + masked + length
        return size if len(rest) >= size else None
