"""``constructor-bypass``: instances that no constructor made, and insides that were exchanged."""

from collections.abc import Iterator

from services.audit.configuration import Role
from services.audit.facts.records import Bypass
from services.audit.findings import HIGH, MEDIUM, Finding
from services.audit.kinds import public_methods
from services.audit.patterns import words
from services.audit.receivers import class_of
from services.audit.rules.case import Case
from services.audit.symbols import Symbol

RULE = "constructor-bypass"


def constructor_bypasses(case: Case) -> Iterator[Finding]:
    """Yield each way around the constructor of a guarded class."""
    for path, facts in case.tree.files.items():
        seen: set[tuple[int, str]] = set()
        for bypass in facts.bypasses:
            for role, symbol, confidence in _targets(case, path, bypass):
                what = _what(case, path, bypass, symbol)
                if what and (bypass.line, role.name) not in seen:
                    seen.add((bypass.line, role.name))
                    name = symbol.last if symbol else bypass.target
                    message = f"{what.format(name)}, around the constructor of the role {role.name}"
                    line, scope = bypass.line, bypass.scope or name
                    yield case.finding(RULE, role, path, line, scope, message, confidence)


def _targets(case: Case, path: str, bypass: Bypass) -> Iterator[tuple[Role, Symbol | None, str]]:
    symbol = class_of(case.tree, path, bypass.scope, bypass.target) if bypass.target else None
    if symbol is not None:
        for role in case.cast.roles:
            if symbol in case.cast.members[role.name] or symbol in case.cast.interfaces[role.name]:
                yield role, symbol, HIGH
        return
    if case.tree.resolve(path, bypass.target, bypass.scope) is not None:
        return
    last = words(bypass.target.removesuffix("()").rpartition(".")[2])[-1:]
    for role in case.cast.roles:
        if last == words(role.word) and bypass.how != "copy":
            yield role, None, MEDIUM


def _what(case: Case, path: str, bypass: Bypass, symbol: Symbol | None) -> str:
    if bypass.how == "class":
        return "the class of {} is changed"
    if bypass.how not in {"copy", "set"}:
        return f"an instance of {{}} is made with {bypass.attribute}"
    if _among_themselves(case, path, bypass, symbol):
        return ""
    if bypass.how == "copy":
        return f"{{}} is copied with {bypass.attribute}"
    return _replaced(case, bypass, symbol)


def _among_themselves(case: Case, path: str, bypass: Bypass, symbol: Symbol | None) -> bool:
    """Whether a class reaches into another instance of itself, as a copy method does."""
    own = case.tree.owner(path, bypass.scope)
    if symbol is None or own is None:
        return False
    return own == symbol or own in case.tree.ancestors(symbol) or symbol in case.tree.ancestors(own)


def _replaced(case: Case, bypass: Bypass, symbol: Symbol | None) -> str:
    methods = public_methods(case.tree, symbol) if symbol else set[str]()
    if symbol is None:
        methods = {method for role in case.cast.roles for method in case.cast.vocabulary(role)}
    if bypass.attribute in methods:
        return f"{bypass.attribute} of {{}} is replaced"
    return f"{bypass.attribute} of a live {{}} is replaced" if bypass.attribute.startswith("_") else ""
