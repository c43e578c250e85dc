"""The dependency map: who uses what of each role, and how each implementation compares with the owner."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from services.audit.configuration import Role
from services.audit.facts.records import Function
from services.audit.kinds import public_methods
from services.audit.patterns import words
from services.audit.receivers import class_of
from services.audit.rules.case import Case
from services.audit.symbols import CLASS, Symbol

SAME, MISSING, DIFFERS = "same", "missing", "differs"
NOTHING = Symbol("", "", "")
SOME = "(any of them)"
"""Whom a consumer uses that names the role but not the class."""


class Consumer(NamedTuple):
    """A function or method that uses an implementation, at its first use."""

    file: str
    line: int
    symbol: str
    methods: tuple[str, ...]


class Fit(NamedTuple):
    """How one method of an implementation compares with the owner's."""

    state: str
    detail: str


class Implementation(NamedTuple):
    """A class of a role with those who use it."""

    symbol: str
    file: str
    line: int
    owner: bool
    consumers: tuple[Consumer, ...]
    fits: Mapping[str, Fit]

    @property
    def share(self) -> float:
        """Which part of the owner's methods it has in the same form."""
        same = sum(fit.state == SAME for fit in self.fits.values())
        return same / len(self.fits) if self.fits else 0.0


class RoleMap(NamedTuple):
    """One role: its implementations, the owner first."""

    role: str
    methods: tuple[str, ...]
    implementations: tuple[Implementation, ...]

    def as_json(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "role": self.role,
            "implementations": [
                {
                    **{name: getattr(each, name) for name in ("symbol", "file", "line", "owner")},
                    "consumers": [consumer._asdict() for consumer in each.consumers],
                    "compatibility": {name: fit._asdict() for name, fit in each.fits.items()},
                    "share": round(each.share, 2),
                }
                for each in self.implementations
            ],
        }


def dependency_map(case: Case) -> list[RoleMap]:
    """Return the map of every role."""
    return [_role(case, role) for role in case.cast.roles]


def _role(case: Case, role: Role) -> RoleMap:
    owner, members = case.cast.owners[role.name], case.cast.members[role.name]
    consumers = _consumers(case, role)
    wanted = sorted(public_methods(case.tree, owner)) if owner and owner.kind == CLASS else []
    if not wanted:
        wanted = sorted(case.cast.vocabulary(role))
    rows = []
    for symbol in sorted(members, key=lambda each: (each != owner, each)):
        if symbol.kind == CLASS:
            fits = {name: _fit(case, owner, symbol, name) for name in wanted}
            used = tuple(sorted(consumers.get(symbol, ())))
            line = case.tree.classes[symbol].line
            rows.append(Implementation(symbol.name, symbol.path, line, symbol == owner, used, fits))
    if some := consumers.get(None):
        rows.append(Implementation(SOME, "", 0, False, tuple(sorted(some)), {}))
    return RoleMap(role.name, tuple(wanted), tuple(rows))


def _consumers(case: Case, role: Role) -> dict[Symbol | None, list[Consumer]]:
    found: dict[Symbol | None, dict[tuple[str, str], tuple[int, set[str]]]] = {}
    for path, facts in case.tree.files.items():
        for use in facts.uses:
            target = _target(case, role, path, use.scope, use.receiver)
            if target == NOTHING:
                continue
            where = found.setdefault(target, {})
            line, methods = where.get((path, use.scope), (use.line, set[str]()))
            where[path, use.scope] = (min(line, use.line), methods | set(use.methods))
    return {
        symbol: [
            Consumer(path, line, scope or "(module)", tuple(sorted(methods)))
            for (path, scope), (line, methods) in where.items()
        ]
        for symbol, where in found.items()
    }


def _target(case: Case, role: Role, path: str, scope: str, receiver: str) -> Symbol | None:
    """Return the member that is used, ``None`` for any of them; ``NOTHING`` when it is not of the role."""
    symbol = class_of(case.tree, path, scope, receiver)
    members = case.cast.members[role.name]
    if symbol in members:
        inside = case.tree.owner(path, scope)
        return NOTHING if inside == symbol else symbol
    if symbol in case.cast.interfaces[role.name]:
        return None
    last = words(receiver.removesuffix("()").rpartition(".")[2])[-1:]
    named = symbol is None and last == (role.word,) and not receiver[:1].isupper()
    return None if named and case.tree.resolve(path, receiver, scope) is None else NOTHING


def _fit(case: Case, owner: Symbol | None, symbol: Symbol, name: str) -> Fit:
    found = case.tree.method(symbol, name)
    if found is None or name not in public_methods(case.tree, symbol):
        passed_on = "__getattr__" in case.tree.methods.get(symbol, {})
        return Fit(SAME, "handed on by __getattr__") if passed_on else Fit(MISSING, "")
    wanted = case.tree.method(owner, name) if owner else None
    if wanted is None:
        return Fit(SAME, "")
    detail = _differences(case.tree.functions[wanted], case.tree.functions[found])
    return Fit(DIFFERS, detail) if detail else Fit(SAME, "")


def _differences(wanted: Function, found: Function) -> str:
    told = []
    if ("a" in wanted.flags) != ("a" in found.flags):
        told.append("is async" if "a" in found.flags else "is not async")
    takes_more = {each[:1] for each in found.parameters if each.startswith("*")}
    known = {each.rstrip("=") for each in found.parameters}
    lacking = [each.rstrip("=") for each in wanted.parameters if each[:1] != "*"]
    lacking = [each for each in lacking if each not in known]
    if lacking and not takes_more:
        told.append(f"takes no {', '.join(lacking)}")
    asked = {each.rstrip("=") for each in wanted.parameters}
    needs = [each for each in found.parameters if each[-1:] != "=" and each[:1] != "*" and each not in asked]
    if needs:
        told.append(f"needs {', '.join(needs)}")
    return "; ".join(told)
