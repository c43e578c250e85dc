"""``module-singleton``: something of a role that one process keeps for everybody."""

from collections.abc import Iterator

from services.audit.configuration import Role
from services.audit.facts.records import Held
from services.audit.findings import HIGH, Finding
from services.audit.making import Maker
from services.audit.receivers import called
from services.audit.rules.case import Case
from services.audit.symbols import FUNCTION, Symbol

RULE = "module-singleton"
_CACHES = frozenset(
    {"cache", "lru_cache", "cached", "alru_cache", "memoize", "singleton", "once", "cached_function"}
)
_HOW = {
    "call": "holds one for the whole process",
    "global": "is filled with one for the whole process",
    "container": "keeps them for the whole process",
    "attribute": "holds one for the whole process",
}


def module_singletons(case: Case) -> Iterator[Finding]:
    """Yield each module variable, class attribute and cached function that keeps something of a role."""
    for path, facts in case.tree.files.items():
        seen: set[tuple[str, str, str]] = set()
        for held in facts.held:
            for role, what in _kept(case, path, held):
                key = (role.name, held.scope if held.how != "global" else "", held.name)
                if key not in seen:
                    seen.add(key)
                    message = f"{held.name} {_HOW[held.how]}: {what}"
                    yield case.finding(RULE, role, path, held.line, held.name, message, HIGH)
    for role in case.cast.roles:
        for symbol, maker in case.makers.of[role.name].items():
            if _cached(maker):
                message = f"{symbol.last} is cached, so it gives one {maker.made} to the whole process"
                yield case.finding(RULE, role, symbol.path, maker.record.line, symbol.name, message, HIGH)


def _kept(case: Case, path: str, held: Held) -> Iterator[tuple[Role, str]]:
    if held.how not in _HOW:
        return
    symbol = called(case.tree, path, held.scope, held.value)
    for role in case.cast.roles if symbol is not None else ():
        members, makers = case.cast.members[role.name], case.makers.of[role.name]
        if symbol in members or (held.how == "container" and symbol in case.cast.interfaces[role.name]):
            yield role, f"an instance of {_last(symbol)}"
        elif symbol is not None and symbol.kind == FUNCTION and symbol in makers and held.how != "container":
            yield role, f"what {symbol.last} makes"


def _last(symbol: Symbol | None) -> str:
    return symbol.last if symbol else ""


def _cached(maker: Maker) -> bool:
    marks = {mark.rpartition(".")[2] for mark in maker.record.decorators}
    return bool(marks & _CACHES)
