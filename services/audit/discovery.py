"""Which roles a code base seems to have: classes of one kind of name that do the same, as configuration.

Many classes below one interface are a family of plug-ins, not a competition. What competes has the same name
but for a qualifier (``UnifiedToolDispatcher``, ``EnhancedToolDispatcher``), or wraps another; what does the
same without a class above that says so joins them.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import NamedTuple

from services.audit.cast import FACTORY_WORDS, forwards
from services.audit.configuration import Configuration, Role
from services.audit.groups import PRODUCTION
from services.audit.kinds import is_interface, is_mock, is_value, public_methods
from services.audit.likeness import COMMON, QUALIFIERS, does_the_same, same_but_for_a_qualifier, stem
from services.audit.patterns import words
from services.audit.rules.case import Case
from services.audit.rules.factories import factories_of
from services.audit.symbols import Symbol
from services.audit.tree import Tree

MOST = 12
"""Roles that are proposed: those with the most members."""
LARGEST = 60
"""Classes of one kind up to which they are compared: so many are plug-ins."""
LARGEST_GROUP = 12
"""Members up to which a role is proposed: a family that is larger is one on purpose."""
ADAPTERS = ("bridge", "emitter", "adapter", "notifier", "relay", "broadcaster", "publisher")
_NO_ROLES = frozenset(
    {
        "error",
        "exception",
        "config",
        "model",
        "request",
        "response",
        "event",
        "mixin",
        "base",
        "type",
        "schema",
    }
    | {"params", "options", "result", "state", "message", "info", "data", "field", "item", "entry", "record"}
    | {
        "view",
        "serializer",
        "form",
        "node",
        "tool",
        "step",
        "task",
        "test",
        "context",
        "meta",
        "settings",
        "spec",
    }
    | {
        "input",
        "output",
        "args",
        "metadata",
        "status",
        "value",
        "object",
        "chunk",
        "document",
        "block",
        "list",
    }
)


class Proposal(NamedTuple):
    """A role with the classes that were seen to fill it, and its factories."""

    role: Role
    members: tuple[Symbol, ...]
    factories: tuple[Symbol, ...]


def discovered(tree: Tree, configuration: Configuration) -> list[Proposal]:
    """Return the roles that the production code seems to have, those with the most members first."""
    groups = [group for kind in _by_kind(tree, configuration).values() for group in _competing(tree, kind)]
    groups.sort(key=lambda group: (-len(group), group))
    proposals: list[Proposal] = []
    for group in groups[:MOST]:
        taken = {each.role.name for each in proposals}
        proposals.append(_proposal(tree, configuration, group, taken))
    return proposals


def _by_kind(tree: Tree, configuration: Configuration) -> dict[str, list[Symbol]]:
    kinds: dict[str, list[Symbol]] = defaultdict(list)
    for symbol in tree.classes:
        found = words(symbol.last)
        if configuration.where.of(symbol.path) != PRODUCTION or not found or found[-1] in _NO_ROLES:
            continue
        if found[-1] in FACTORY_WORDS or is_mock(tree, symbol) or is_value(tree, symbol):
            continue
        if not is_interface(tree, symbol) and (public_methods(tree, symbol) or _passes_on(tree, symbol)):
            kinds["bridge" if found[-1] in ADAPTERS else found[-1]].append(symbol)
    return kinds


def _passes_on(tree: Tree, symbol: Symbol) -> bool:
    return "__getattr__" in tree.methods.get(symbol, {})


def _competing(tree: Tree, kind: Sequence[Symbol]) -> Iterable[list[Symbol]]:
    """Yield the groups of a kind whose members compete with one another.

    A group begins with classes of one name but for a qualifier, or that wrap one another; others join it when
    they do the same.
    """
    if not 2 <= len(kind) <= LARGEST:
        return
    groups: list[list[Symbol]] = []
    for one, other in combinations(kind, 2):
        if same_but_for_a_qualifier(tree, one, other):
            _join(groups, one, other)
    core = {each for group in groups for each in group}
    for each in kind:
        near = next((group for group in groups if any(does_the_same(tree, each, one) for one in group)), None)
        if each not in core and near is not None:
            near.append(each)
    yield from (sorted(group) for group in groups if len(group) <= LARGEST_GROUP)


def _join(groups: list[list[Symbol]], one: Symbol, other: Symbol) -> None:
    touched = [group for group in groups if one in group or other in group]
    merged = sorted({one, other, *(each for group in touched for each in group)})
    groups[:] = [group for group in groups if group not in touched] + [merged]


def _proposal(tree: Tree, configuration: Configuration, group: list[Symbol], taken: set[str]) -> Proposal:
    owner = max(group, key=lambda each: (not forwards(tree, each), len(public_methods(tree, each)), each))
    heads = Counter(words(each.last)[-1] for each in group)
    name = _name(owner, heads, taken)
    classes = tuple(sorted({f"*{each.last[-len(words(each.last)[-1]) :]}" for each in group}))
    role = Role(name=name, classes=classes, methods=_vocabulary(tree, group), owner=_dotted(tree, owner))
    case = Case(tree, Configuration(roles=(role,), where=configuration.where))
    factories = _factories(case, role)
    factory = next((each for each in factories if _makes(case, each, owner)), None)
    role = Role(
        name=name,
        classes=classes,
        methods=role.methods,
        owner=role.owner,
        factory=_dotted(tree, factory) if factory else "",
        between=_between(owner) if set(heads) & set(ADAPTERS) else (),
        deprecated=tuple(sorted({_module(tree, each.path) for each in group if _is_old(each, owner)})),
    )
    return Proposal(role, tuple(group), tuple(factories))


def _name(owner: Symbol, heads: Counter[str], taken: set[str]) -> str:
    head = heads.most_common(1)[0][0]
    kind = " ".join(stem(owner)[:-1])
    full = f"{kind} {head}" if kind else head
    number = 2
    name = head if head not in taken else full
    while name in taken:
        name, number = f"{full} {number}", number + 1
    return name


def _vocabulary(tree: Tree, group: Sequence[Symbol]) -> tuple[str, ...]:
    counted = Counter(name for each in group for name in public_methods(tree, each))
    shared = {name for name, times in counted.items() if times > 1}
    for each in group:
        own = public_methods(tree, each)
        if not own & (shared - COMMON):
            shared |= own - COMMON
    shared = {name for name in shared if not name.startswith(("create_", "from_"))} or shared
    return tuple(sorted(shared - COMMON) or sorted(shared))


def _factories(case: Case, role: Role) -> list[Symbol]:
    return sorted(factories_of(case, role))


def _makes(case: Case, factory: Symbol, owner: Symbol) -> bool:
    own = [each for found in case.makers.of.values() for each in found if each.path == factory.path]
    inside = f"{factory.name}."
    return any(each.name.startswith(inside) and owner in case.makers.made_by(each) for each in own)


def _between(owner: Symbol) -> tuple[str, str]:
    found = [word for word in words(owner.last)[:-1] if word not in QUALIFIERS - {"agent", "user"}]
    return (found[0], "".join(found[1:])) if len(found) > 1 else ("caller", "".join(found) or "receiver")


def _is_old(symbol: Symbol, owner: Symbol) -> bool:
    old = {"legacy", "old", "deprecated", "compat", "v1"}
    return symbol.path != owner.path and bool(old & set(words(symbol.path.removesuffix(".py"))))


def _dotted(tree: Tree, symbol: Symbol) -> str:
    return f"{_module(tree, symbol.path)}.{symbol.name}"


def _module(tree: Tree, path: str) -> str:
    return tree.modules.names(path)
