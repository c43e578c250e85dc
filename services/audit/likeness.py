"""When two classes compete: one name but for a qualifier, one around the other, or the same done twice."""

from services.audit.cast import forwards
from services.audit.kinds import public_methods
from services.audit.patterns import words
from services.audit.receivers import class_of
from services.audit.symbols import Symbol
from services.audit.tree import Tree

QUALIFIERS = frozenset(
    {"unified", "enhanced", "advanced", "better", "new", "old", "legacy", "modern", "improved", "optimized"}
    | {"fast", "simple", "basic", "core", "default", "base", "main", "master", "global", "canonical", "real"}
    | {"smart", "super", "request", "scoped", "user", "isolated", "secure", "safe", "async", "sync", "next"}
    | {
        "consolidated",
        "standard",
        "generic",
        "custom",
        "extended",
        "lite",
        "mini",
        "admin",
        "shared",
        "v2",
        "v3",
    }
    | {
        "per",
        "agent",
        "managed",
        "modular",
        "central",
        "common",
        "singleton",
        "compat",
        "deprecated",
        "2",
        "3",
    }
)
COMMON = frozenset(
    {"close", "open", "run", "start", "stop", "get", "set", "name", "reset", "clear", "to_dict", "from_dict"}
    | {
        "create",
        "update",
        "delete",
        "add",
        "remove",
        "aclose",
        "connect",
        "disconnect",
        "load",
        "save",
        "copy",
    }
)
_INNER = frozenset(
    {"inner", "wrapped", "delegate", "impl", "target", "real", "underlying", "original", "next"}
)
_VERBS = frozenset({"notify", "emit", "send", "publish", "on", "handle", "broadcast", "push", "forward"})


def same_but_for_a_qualifier(tree: Tree, one: Symbol, other: Symbol) -> bool:
    """Whether two classes have one name but for a qualifier and share a method, or one wraps the other."""
    if one.last == other.last and one.path == other.path:
        return False
    if _wraps(tree, one, other) or _wraps(tree, other, one):
        return True
    shared = public_methods(tree, one) & public_methods(tree, other)
    return stem(one) == stem(other) and bool(shared)


def does_the_same(tree: Tree, one: Symbol, other: Symbol) -> bool:
    """Whether two classes that are no family do mostly the same, or about the same things."""
    if are_family(tree, one, other):
        return False
    mine, theirs = public_methods(tree, one) - COMMON, public_methods(tree, other) - COMMON
    shared, fewer = mine & theirs, min(len(mine), len(theirs))
    if len(shared) >= 2 and 2 * len(shared) >= max(len(mine), len(theirs)):
        return True
    return 0 < len(shared) == fewer <= 2 or len(_subjects(tree, one) & _subjects(tree, other)) >= 2


def _wraps(tree: Tree, one: Symbol, other: Symbol) -> bool:
    held = forwards(tree, one)
    if not held:
        return False
    kind = class_of(tree, one.path, f"{one.name}.x", held) if held.startswith("self.") else None
    told = _INNER & set(words(held)) or "__getattr__" in tree.methods[one]
    return kind == other or (kind is None and bool(told) and stem(one)[-1:] == stem(other)[-1:])


def are_family(tree: Tree, one: Symbol, other: Symbol) -> bool:
    """Whether two classes are meant to be alike: one derives from the other, or both from one class."""
    above, beside = {one, *tree.ancestors(one)}, {other, *tree.ancestors(other)}
    if above & beside:
        return True
    outside = ({*tree.classes[one].bases} & {*tree.classes[other].bases}) - {"object", "ABC", "Generic"}
    return bool(outside)


def stem(symbol: Symbol) -> tuple[str, ...]:
    """Return the words of a class's name without qualifiers."""
    found = words(symbol.last)
    return tuple(word for word in found[:-1] if word not in QUALIFIERS) + found[-1:]


def _subjects(tree: Tree, symbol: Symbol) -> set[tuple[str, ...]]:
    """Return what methods are about: ``emit_agent_started`` and ``notify_agent_started`` are alike."""
    split = (words(name) for name in public_methods(tree, symbol))
    return {found[1:] for found in split if found and found[0] in _VERBS and len(found) > 1}
