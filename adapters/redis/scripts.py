"""Scripts: Lua that Redis runs whole, with nothing else in between; sent by name once it is known there."""

from hashlib import sha1
from typing import NamedTuple

Part = str | bytes | int


class Script:
    """One script. Its first argument is always ``1`` where the server loses nothing that it has confirmed,
    else ``0``; the lane that carries a call adds it.
    """

    __slots__ = ("name", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.name = sha1(text.encode(), usedforsecurity=False).hexdigest()  # the protocol's name for it

    def on(self, *keys: str, arguments: tuple[Part, ...] = ()) -> "ScriptCall":
        """Return a call; all keys must share one hash tag."""
        return ScriptCall(self, keys, arguments)


class ScriptCall(NamedTuple):
    """A script with what it is given."""

    script: Script
    keys: tuple[str, ...]
    arguments: tuple[Part, ...]

    def parts(self, *, lasting: bool, whole: bool) -> tuple[Part, ...]:
        """Return the command: by name, or with the whole text for a server that does not know it."""
        head = ("EVAL", self.script.text) if whole else ("EVALSHA", self.script.name)
        return _encoded(*head, len(self.keys), *self.keys, int(lasting), *self.arguments)


class Plain(NamedTuple):
    """A command that is no script."""

    words: tuple[Part, ...]

    def parts(self, *, lasting: bool, whole: bool) -> tuple[Part, ...]:
        """Return the command."""
        return _encoded(*self.words)


Command = ScriptCall | Plain


def _encoded(*parts: Part) -> tuple[Part, ...]:
    """Any text at all can be sent: what one caller says must never break what others say beside it."""
    return tuple(part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part for part in parts)
