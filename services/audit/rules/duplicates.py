"""``duplicate-class``: the same class written down twice."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from services.audit.findings import HIGH, MEDIUM, Finding
from services.audit.groups import TESTS
from services.audit.kinds import own_methods
from services.audit.likeness import are_family
from services.audit.rules.case import Case
from services.audit.symbols import Symbol

RULE = "duplicate-class"
_SMALLEST = 6
"""Lines of a body from which two equal ones are no accident."""


def duplicate_classes(case: Case) -> Iterator[Finding]:
    """Yield each class after the first that has the body, or the name and the methods, of another."""
    by_name: dict[str, list[Symbol]] = defaultdict(list)
    by_shape: dict[str, list[Symbol]] = defaultdict(list)
    for symbol, record in case.tree.classes.items():
        nested_or_branch = record.branch
        if nested_or_branch or case.configuration.where.of(symbol.path) == TESTS:
            continue
        by_name[symbol.last].append(symbol)
        if record.size >= _SMALLEST:
            by_shape[record.shape].append(symbol)
    told: set[Symbol] = set()
    for group in by_shape.values():
        for symbol in _after_first(group):
            told.add(symbol)
            yield _finding(case, symbol, group[0], "has the same body as", HIGH)
    for group in by_name.values():
        for place, symbol in enumerate(group):
            other = next((each for each in group[:place] if alike(case, symbol, each)), None)
            if other is not None and symbol not in told:
                yield _finding(case, symbol, other, "has the name and the methods of", MEDIUM)
    yield from _redefined(case, told)


def _redefined(case: Case, told: set[Symbol]) -> Iterator[Finding]:
    """Classes of one name in one file: the later one hides the earlier."""
    for path, facts in case.tree.files.items():
        seen: set[str] = set()
        for record in facts.classes:
            if record.branch or record.decorators == ["type"]:
                continue
            if record.name in seen and Symbol("class", path, record.name) not in told:
                symbol = Symbol("class", path, record.name)
                message = f"{symbol.last} is defined twice in this file; the later one hides the earlier"
                yield case.finding(RULE, None, path, record.line, record.name, message, HIGH)
            seen.add(record.name)


def alike(case: Case, one: Symbol, other: Symbol) -> bool:
    """Whether two classes share most of their methods, and at least two, without a base that says so."""
    if one.path == other.path or are_family(case.tree, one, other):
        return False
    left, right = own_methods(case.tree, one), own_methods(case.tree, other)
    shared = left & right
    return len(shared) >= 2 and 2 * len(shared) > max(len(left), len(right))


def _after_first(group: list[Symbol]) -> Iterable[Symbol]:
    return [each for each in group[1:] if each != group[0]]


def _finding(case: Case, symbol: Symbol, other: Symbol, why: str, confidence: str) -> Finding:
    roles = case.cast.roles_of(symbol)
    line = case.tree.classes[symbol].line
    other_line = case.tree.classes[other].line
    message = f"{symbol.last} {why} {other.last} ({other.path}:{other_line})"
    role = roles[0] if roles else None
    return case.finding(RULE, role, symbol.path, line, symbol.name, message, confidence)
