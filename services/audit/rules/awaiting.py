"""``unawaited-factory``: a coroutine of a factory that is used as if it were what the factory makes."""

from collections.abc import Iterator

from services.audit.configuration import Role
from services.audit.facts.records import Unawaited
from services.audit.findings import HIGH, MEDIUM, Finding
from services.audit.making import Maker
from services.audit.receivers import called
from services.audit.rules.case import Case
from services.audit.symbols import FUNCTION, Symbol

RULE = "unawaited-factory"
_TRANSPARENT = frozenset(
    {"staticmethod", "classmethod", "override", "final", "deprecated", "wraps", "overload"}
)
_HOW = {
    "dropped": "its result is dropped",
    "kept": "what it returns is never awaited",
    "attribute": "an attribute of the coroutine is used",
    "item": "the coroutine is subscripted",
    "tested": "a coroutine is always true",
    "with": "a coroutine is no context manager",
    "iterated": "a coroutine cannot be iterated",
}


def unawaited_factories(case: Case) -> Iterator[Finding]:
    """Yield each call of an async factory without ``await``."""
    by_name: dict[str, list[tuple[Role, Maker]]] = {}
    known: dict[Symbol, tuple[Role, Maker]] = {}
    for role in case.cast.roles:
        for symbol, maker in case.makers.of[role.name].items():
            known[symbol] = (role, maker)
            by_name.setdefault(symbol.last, []).append((role, maker))
    for path, facts in case.tree.files.items():
        for each in facts.unawaited if known else ():
            found = _found(case, path, each, known, by_name)
            if found is not None:
                role, name, confidence = found
                message = f"{name} is async: {_HOW[each.how]}"
                yield case.finding(RULE, role, path, each.line, each.scope or name, message, confidence)


def _found(
    case: Case,
    path: str,
    each: Unawaited,
    known: dict[Symbol, tuple[Role, Maker]],
    by_name: dict[str, list[tuple[Role, Maker]]],
) -> tuple[Role, str, str] | None:
    symbol = called(case.tree, path, each.scope, each.name)
    if symbol is not None:
        role, maker = known.get(symbol, (None, None))
        return (role, symbol.name, HIGH) if role and maker and is_coroutine(maker) else None
    base, _, last = each.name.rpartition(".")
    if (
        not base
        or last not in by_name
        or case.tree.resolve(path, base.partition(".")[0], each.scope) is not None
    ):
        return None
    every = [f for f in case.tree.functions_named(last) if f.kind == FUNCTION]
    makers = by_name[last]
    if len(every) == len({m.symbol for _, m in makers}) and all(is_coroutine(maker) for _, maker in makers):
        return makers[0][0], each.name, MEDIUM
    return None


def is_coroutine(maker: Maker) -> bool:
    """Whether a call gives a coroutine: async, no generator, no decorator that may change it."""
    flags = set(maker.record.flags)
    changed = {mark.rpartition(".")[2] for mark in maker.record.decorators} - _TRANSPARENT
    return "a" in flags and "g" not in flags and not changed
