"""What kind of class a class is: one that works, one that only promises, one that pretends."""

import re
from collections.abc import Callable
from functools import wraps

from services.audit.patterns import words
from services.audit.symbols import Symbol
from services.audit.tree import Tree

_ABSTRACT_BASES = frozenset({"Protocol", "ABC", "Interface"})
_VALUES = frozenset(
    {
        "Exception",
        "BaseException",
        "Enum",
        "StrEnum",
        "IntEnum",
        "Flag",
        "TypedDict",
        "NamedTuple",
        "TestCase",
    }
    | {"IsolatedAsyncioTestCase", "Warning", "DeprecationWarning"}
)
_MOCK_BASES = frozenset({"Mock", "MagicMock", "AsyncMock", "NonCallableMock"})
_MOCKS = frozenset({"mock", "mocked", "fake", "stub", "stubbed", "dummy", "spy"})
_INTERFACES = frozenset({"interface", "protocol", "port", "abc", "abstract"})
_INTERFACE = re.compile(r"^_?I[A-Z][a-z]")
_NO_CLASSES = frozenset({"error", "exception", "mixin", "config", "configuration", "settings", "warning"})


Question = Callable[[Tree, Symbol], bool]


def _asked_once(question: Question) -> Question:
    """Keep the answers with the tree: every rule asks the same of the same classes."""
    name = question.__name__

    @wraps(question)
    def answered(tree: Tree, symbol: Symbol) -> bool:
        key = (name, symbol)
        if key not in tree.known:
            tree.known[key] = question(tree, symbol)
        return tree.known[key]

    return answered


@_asked_once
def is_mock(tree: Tree, symbol: Symbol) -> bool:
    """Whether a class pretends, by its name or its bases."""
    record = tree.classes[symbol]
    bases = {base.rpartition(".")[2] for base in record.bases}
    return bool(_MOCKS & set(words(symbol.last))) or bool(_MOCK_BASES & bases)


@_asked_once
def is_value(tree: Tree, symbol: Symbol) -> bool:
    """Whether a class is an error, an enumeration, a table, a mixin or a set of options."""
    found = words(symbol.last)
    if found and found[-1] in _NO_CLASSES:
        return True
    for each in (symbol, *tree.ancestors(symbol)):
        if {base.rpartition(".")[2] for base in tree.classes[each].bases} & _VALUES:
            return True
    return symbol.last.startswith("Test")


@_asked_once
def is_interface(tree: Tree, symbol: Symbol) -> bool:
    """Whether a class only promises: a protocol, an abstract class, one of stubs of which one says so.

    A plain class whose methods do nothing is one that does nothing, not a promise.
    """
    record = tree.classes[symbol]
    bases = {base.rpartition(".")[2] for base in record.bases}
    methods = [each for name, each in tree.methods.get(symbol, {}).items() if not name.startswith("__")]
    if "Protocol" in bases or any("x" in each.flags for each in methods):
        return True
    stubs = bool(methods) and all("s" in each.flags for each in methods)
    named = bool(_INTERFACES & set(words(symbol.last))) or bool(_INTERFACE.match(symbol.last))
    if bases & _ABSTRACT_BASES or record.metaclass.endswith("ABCMeta"):
        return stubs or named or not methods or words(symbol.last)[:1] == ("base",)
    return (stubs and (named or any("n" in each.flags for each in methods))) or (named and not methods)


def public_methods(tree: Tree, symbol: Symbol) -> set[str]:
    """Return the public methods of a class that do something, inherited ones of this tree included."""
    found: set[str] = set()
    for each in (symbol, *tree.ancestors(symbol)):
        promises = {"n", "x"} | ({"s"} if is_interface(tree, each) else set())
        for name, record in tree.methods.get(each, {}).items():
            if not name.startswith("_") and not promises & set(record.flags):
                found.add(name)
    return found


def own_methods(tree: Tree, symbol: Symbol) -> set[str]:
    """Return the public methods that a class itself defines."""
    return {name for name in tree.methods.get(symbol, {}) if not name.startswith("_")}
