"""Which functions and methods make something of a role, and which of them may."""

import re
from functools import lru_cache
from typing import NamedTuple

from services.audit.cast import Cast
from services.audit.configuration import Role
from services.audit.facts.records import Function
from services.audit.findings import HIGH, MEDIUM
from services.audit.patterns import path_fits, words
from services.audit.receivers import called
from services.audit.symbols import CLASS, Symbol

_VERBS = r"(?:create|make|build|new|construct|spawn|produce|instantiate|assemble)"


class Maker(NamedTuple):
    """A function that makes something of a role."""

    symbol: Symbol
    record: Function
    made: str
    """What it makes, or whom it asks for it."""
    why: str
    confidence: str
    official: bool
    """Whether it belongs to the owner's factory or to a place that may make the role."""


class Makers:
    """The makers of every role, by the function's symbol."""

    def __init__(self, cast: Cast) -> None:
        self.cast, self.tree = cast, cast.tree
        self._given = {
            symbol: [found for name in record.gives if (found := self._callee(symbol, name))]
            for symbol, record in self.tree.functions.items()
            if _may_make(symbol, record)
        }
        self.of = {role.name: self._makers(role) for role in cast.roles}

    def allowed(self, role: Role, path: str, scope: str = "") -> bool:
        """Whether code in this scope of a file may construct a role."""
        factory = self.cast.factories[role.name]
        own = factory is not None and factory.path == path and _inside(scope, factory.name)
        return own or path_fits(path, (*role.made_in, *self.cast.configuration.made_in))

    def made_by(self, symbol: Symbol) -> list[Symbol]:
        """Return what a maker calls for what it gives: classes and other makers."""
        return self._given.get(symbol, [])

    def _callee(self, symbol: Symbol, name: str) -> Symbol | None:
        return called(self.tree, symbol.path, symbol.name, name)

    def _makers(self, role: Role) -> dict[Symbol, Maker]:
        members = self.cast.members[role.name]
        found: dict[Symbol, Maker] = {}
        for symbol, given in self._given.items():
            made = next((each for each in given if each in members), None)
            if made is not None:
                found[symbol] = self._maker(role, symbol, made.last, "constructs", HIGH)
            elif named := self._by_promise(role, symbol, given):
                found[symbol] = self._maker(role, symbol, named, "makes", MEDIUM)
        waiting = True
        while waiting:
            more = {}
            for symbol, given in self._given.items():
                asked = next((each for each in given if each in found and each != symbol), None)
                if symbol not in found and asked is not None:
                    more[symbol] = self._maker(role, symbol, asked.last, "hands on what it gets from", MEDIUM)
            found |= more
            waiting = bool(more)
        return found

    def _maker(self, role: Role, symbol: Symbol, made: str, why: str, confidence: str) -> Maker:
        official = self.allowed(role, symbol.path, symbol.name)
        return Maker(symbol, self.tree.functions[symbol], made, why, confidence, official)

    def _by_promise(self, role: Role, symbol: Symbol, given: list[Symbol]) -> str:
        """Return what a function makes by its annotation and name, when its body does not tell."""
        record = self.tree.functions[symbol]
        if any(each.kind == CLASS for each in given) or "r" not in record.flags:
            return ""
        outer = symbol.name.rpartition(".")[0]
        promised = [self.tree.resolve(symbol.path, name, outer) for name in record.returns]
        ours = {*self.cast.members[role.name], *self.cast.interfaces[role.name]}
        if any(each in ours for each in promised):
            return role.word if re.match(rf"_*{_VERBS}", symbol.last) else ""
        if record.returns:
            return ""
        nouns = {"_".join(words(pattern)) for pattern in role.classes} or {role.word}
        return role.word if any(_pattern(noun).fullmatch(symbol.last) for noun in nouns) else ""


def _may_make(symbol: Symbol, record: Function) -> bool:
    magic = symbol.last.startswith("__") and symbol.last != "__call__"
    return not magic and not {"s", "x"} & set(record.flags) and ("r" in record.flags or bool(record.gives))


def _inside(name: str, outer: str) -> bool:
    return name == outer or name.startswith(f"{outer}.")


@lru_cache(maxsize=256)
def _pattern(noun: str) -> re.Pattern[str]:
    return re.compile(
        rf"_*{_VERBS}_(?:\w+_)?{noun}(?:_(?:for|from|with)_\w+|_scope|_context|_async|_sync|_instance)*"
    )
