"""``competing-factory`` and ``creation-path``: what makes the things that one factory should make."""

from collections import defaultdict
from collections.abc import Iterator

from services.audit.cast import FACTORY_WORDS
from services.audit.configuration import Role
from services.audit.findings import HIGH, MEDIUM, Finding
from services.audit.kinds import is_interface, is_mock, own_methods
from services.audit.making import Maker
from services.audit.patterns import words
from services.audit.rules.case import Case
from services.audit.rules.second_names import second_names
from services.audit.symbols import CLASS, Symbol

FACTORY, PATH = "competing-factory", "creation-path"


def competing_factories(case: Case) -> Iterator[Finding]:
    """Yield each class that is a factory of a role beside the owner's, and each second name of a factory."""
    for role in case.cast.roles:
        known = factories_of(case, role)
        for symbol, makers in known.items():
            if makers and all(maker.official for maker in makers):
                continue
            names = ", ".join(sorted({maker.symbol.last for maker in makers})[:3]) or "it derives from that"
            message = f"{symbol.last} is another factory of {role.name}: {names}{_instead(case, role)}"
            line = case.tree.classes[symbol].line
            strong = not makers or any(maker.confidence == HIGH for maker in makers)
            confidence = HIGH if strong else MEDIUM
            yield case.finding(FACTORY, role, symbol.path, line, symbol.name, message, confidence)
        official = case.cast.factories[role.name]
        guarded = {*known, *([official] if official else [])}
        for second in second_names(case, guarded.__contains__):
            way = "second name for" if second.how == "alias" else "second import path to"
            message = f"{second.name} is a {way} the factory {second.symbol} of {role.name}"
            yield case.finding(FACTORY, role, second.file, second.line, second.name, message, HIGH)


def creation_paths(case: Case) -> Iterator[Finding]:
    """Yield each function and method that makes something of a role and belongs to no factory class."""
    for role in case.cast.roles:
        classes = factories_of(case, role)
        for symbol, maker in case.makers.of[role.name].items():
            owner = Symbol(CLASS, symbol.path, maker.record.owner)
            if maker.official or owner in classes or owner == case.cast.factories[role.name]:
                continue
            if any(symbol.path == each.path and symbol.name.startswith(f"{each.name}.") for each in classes):
                continue
            kind = "method" if maker.record.owner else "function"
            message = f"the {kind} {symbol.name} {maker.why} {maker.made}{_instead(case, role)}"
            line = maker.record.line
            yield case.finding(PATH, role, symbol.path, line, symbol.name, message, maker.confidence)


def factories_of(case: Case, role: Role) -> dict[Symbol, list[Maker]]:
    """Return the factory classes of a role beside its own, with the methods that make it."""
    official, members = case.cast.factories[role.name], case.cast.members[role.name]
    by_class: dict[Symbol, list[Maker]] = defaultdict(list)
    for symbol, maker in case.makers.of[role.name].items():
        owner = Symbol(CLASS, symbol.path, maker.record.owner)
        if maker.record.owner and owner not in members and owner != official:
            by_class[owner].append(maker)
    found = {symbol: makers for symbol, makers in by_class.items() if _is_factory(case, symbol, makers)}
    derived = [each for each in case.tree.classes if official and official in case.tree.ancestors(each)]
    for symbol in derived:
        found.setdefault(symbol, [])
    return {symbol: makers for symbol, makers in found.items() if not is_mock(case.tree, symbol)}


def _is_factory(case: Case, symbol: Symbol, makers: list[Maker]) -> bool:
    if is_interface(case.tree, symbol):
        return False
    if FACTORY_WORDS & set(words(symbol.last)):
        return True
    names = own_methods(case.tree, symbol) | {maker.symbol.last for maker in makers}
    return 2 * len({maker.symbol.last for maker in makers}) > len(names)


def _instead(case: Case, role: Role) -> str:
    factory = case.cast.factories[role.name]
    return f"; the one factory is {factory}" if factory else ""
