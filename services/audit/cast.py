"""Who plays which role: the owner, those who compete with it, and the interfaces between them."""

import math
from typing import NamedTuple

from services.audit.configuration import AuditConfigurationError, Configuration, Role
from services.audit.findings import HIGH, MEDIUM
from services.audit.kinds import is_interface, is_mock, is_value, own_methods, public_methods
from services.audit.patterns import fits, words
from services.audit.symbols import CLASS, Symbol
from services.audit.tree import Tree

FACTORY_WORDS = frozenset({"factory", "builder", "provider", "creator", "maker", "assembler", "producer"})
_COMMON = frozenset(
    {"close", "open", "run", "start", "stop", "get", "set", "name", "cleanup", "reset", "clear"}
)
"""Methods that say nothing about a role when they are all that two classes share."""


class Member(NamedTuple):
    """A class that fills a role, and what says so."""

    symbol: Symbol
    why: str
    confidence: str


class Cast:
    """The members of every role."""

    def __init__(self, tree: Tree, configuration: Configuration) -> None:
        self.tree, self.configuration = tree, configuration
        self.owners = {role.name: self._named(role, role.owner, "owner") for role in configuration.roles}
        self.factories = {
            role.name: self._named(role, role.factory, "factory") for role in configuration.roles
        }
        self.interfaces: dict[str, set[Symbol]] = {}
        self.members: dict[str, dict[Symbol, Member]] = {}
        for role in configuration.roles:
            self._fill(role)

    @property
    def roles(self) -> tuple[Role, ...]:
        """The roles, as configured."""
        return self.configuration.roles

    def roles_of(self, symbol: Symbol | None) -> list[Role]:
        """Return the roles that a class fills."""
        return [role for role in self.roles if symbol in self.members[role.name]] if symbol else []

    def vocabulary(self, role: Role) -> frozenset[str]:
        """Return the methods that tell the role: those configured, else those that the owner alone brings."""
        if role.methods:
            return frozenset(role.methods)
        owner = self.owners[role.name]
        if owner is None or owner.kind != CLASS:
            return frozenset()
        inherited = {name for above in self.tree.ancestors(owner) for name in own_methods(self.tree, above)}
        return frozenset(own_methods(self.tree, owner) - inherited - _COMMON)

    def _named(self, role: Role, name: str, field: str) -> Symbol | None:
        if not name:
            return None
        found = self.tree.find_owner(name)
        if found is None or found.kind == "module":
            cure = f"{name!r} is not in this tree; write package.module.Class or path/file.py:Class"
            raise AuditConfigurationError(f"role {role.name}, {field}", cure)
        return found

    def _fill(self, role: Role) -> None:
        owner, vocabulary = self.owners[role.name], self.vocabulary(role)
        interfaces, members = set[Symbol](), dict[Symbol, Member]()
        if owner is not None:
            members[owner] = Member(owner, "it is the owner", HIGH)
        candidates = [each for each in self.tree.classes if self._possible(role, each)]
        for symbol in candidates:
            if is_interface(self.tree, symbol):
                if self._promises(role, symbol, vocabulary):
                    interfaces.add(symbol)
            elif symbol not in members and (why := self._by_name(role, symbol, vocabulary)):
                members[symbol] = Member(symbol, why, HIGH)
        for symbol in candidates:
            if symbol not in members and not is_interface(self.tree, symbol):
                self._by_descent_or_words(role, symbol, vocabulary, interfaces, members)
        self.interfaces[role.name], self.members[role.name] = interfaces, members

    def _possible(self, role: Role, symbol: Symbol) -> bool:
        if is_mock(self.tree, symbol) or is_value(self.tree, symbol):
            return False
        last = words(symbol.last)[-1:]
        return fits(symbol.last, role.classes) or not (set(last) & FACTORY_WORDS)

    def _promises(self, role: Role, symbol: Symbol, vocabulary: frozenset[str]) -> bool:
        """Whether an interface is one of the role: by its name, and by its methods where those are known."""
        if fits(symbol.last, role.bases):
            return True
        shared = bool(vocabulary & own_methods(self.tree, symbol))
        if fits(symbol.last, role.classes):
            return shared or not vocabulary
        return shared and role.word in words(symbol.last)

    def _by_name(self, role: Role, symbol: Symbol, vocabulary: frozenset[str]) -> str:
        if not fits(symbol.last, role.classes):
            return ""
        inner = forwards(self.tree, symbol)
        if inner:
            return f"it wraps {inner}"
        if not vocabulary:
            return "its name says so"
        shared = vocabulary & public_methods(self.tree, symbol)
        return f"it has {_some(shared)}" if shared else ""

    def _by_descent_or_words(
        self,
        role: Role,
        symbol: Symbol,
        vocabulary: frozenset[str],
        interfaces: set[Symbol],
        members: dict[Symbol, Member],
    ) -> None:
        above = self.tree.ancestors(symbol)
        if parent := next((each for each in above if each in members or each in interfaces), None):
            members[symbol] = Member(symbol, f"it derives from {parent.last}", HIGH)
            return
        outside = [
            base for base in self.tree.classes[symbol].bases if fits(base.rpartition(".")[2], role.bases)
        ]
        if outside:
            members[symbol] = Member(symbol, f"it derives from {outside[0]}", HIGH)
            return
        # Only methods that somebody named tell a role by themselves: a family may share the owner's own.
        shared = vocabulary & public_methods(self.tree, symbol) if role.methods else frozenset()
        if len(shared) >= max(2, math.ceil(0.6 * len(vocabulary))) and not shared <= _COMMON:
            members[symbol] = Member(symbol, f"it has {_some(shared)}", MEDIUM)


def forwards(tree: Tree, symbol: Symbol) -> str:
    """Return the attribute that a class hands its calls on to, empty when it does not."""
    methods = tree.methods.get(symbol, {})
    for name in methods:
        for use in tree.uses_in(symbol.path, f"{symbol.name}.{name}"):
            told = name in use.methods and name not in _COMMON and not name.startswith("__")
            if told and use.receiver.startswith("self.") and "(" not in use.receiver:
                return use.receiver
    return "what it holds" if "__getattr__" in methods else ""


def _some(names: frozenset[str]) -> str:
    shown = sorted(names)
    return ", ".join(shown[:3]) + (f" and {len(shown) - 3} more" if len(shown) > 3 else "")
