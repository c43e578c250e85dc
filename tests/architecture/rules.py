"""Rules over source code. Each takes one module and yields what is wrong, as ``path:line what``."""

import ast
from collections.abc import Callable, Iterator, Mapping

from tests.architecture.sources import Source, dotted, last_name, local_names

Rule = Callable[[Source], Iterator[str]]


def _at(of: Source, node: ast.AST, what: str) -> str:
    return f"{of.path}:{getattr(node, 'lineno', 0)} {what}"


def imported(of: Source) -> Iterator[tuple[ast.AST, str]]:
    for node in of.nodes:
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node, node.module or ""
        elif isinstance(node, ast.Call) and last_name(node.func) in {"import_module", "__import__"}:
            yield from ((node, text) for text in _texts(node))


def _texts(call: ast.Call) -> list[str]:
    constants = (arg.value for arg in call.args if isinstance(arg, ast.Constant))
    return [value for value in constants if isinstance(value, str)]


def imports_of(top: str, allowed: Callable[[str], bool]) -> Rule:
    """A top-level package that only some paths may import."""

    def rule(of: Source) -> Iterator[str]:
        for node, name in imported(of):
            if name.partition(".")[0] == top and not allowed(of.path):
                yield _at(of, node, f"imports {name}")

    return rule


def construction_of(guarded: frozenset[str]) -> Rule:
    """A guarded class, given by its dotted path, that is called, under its own name or another."""

    def rule(of: Source) -> Iterator[str]:
        names = local_names(of)
        for node in of.nodes:
            if isinstance(node, ast.Assign) and dotted(node.value, names) in guarded:
                names |= {last_name(target): dotted(node.value, names) for target in node.targets}
        for node in of.nodes:
            if isinstance(node, ast.Call) and dotted(node.func, names) in guarded:
                yield _at(of, node, f"constructs {dotted(node.func, names)}")

    return rule


TRICKS = frozenset({"__new__", "__reduce_ex__", "__reduce__", "__copy__", "__deepcopy__", "__setstate__"})
_BY_NAME = frozenset({"getattr", "setattr", "attrgetter", "methodcaller"})
_METACLASSES = frozenset({"type", "ABCMeta", "Sealed"})


def tricks(of: Source) -> Iterator[str]:
    """Ways around a seal: low-level construction, a changed class, a copy protocol, a looser metaclass."""
    for node in of.nodes:
        if isinstance(node, ast.Attribute):
            yield from _attribute_tricks(of, node)
        elif isinstance(node, ast.Call) and last_name(node.func) in _BY_NAME:
            names = set(_texts(node))
            for name in sorted(names & {*TRICKS, "__class__"}):
                yield _at(of, node, f"reaches {name} by its name")
            if "__call__" in names and last_name(node.args[0]) in _METACLASSES:
                yield _at(of, node, f"reaches {last_name(node.args[0])}.__call__ by its name")
        elif isinstance(node, ast.ClassDef) and "Sealed" in {last_name(base) for base in node.bases}:
            yield _at(of, node, f"{node.name} derives from the metaclass Sealed")
    for node, name in imported(of):
        if name == "copyreg":
            yield _at(of, node, "imports copyreg")


def _attribute_tricks(of: Source, node: ast.Attribute) -> Iterator[str]:
    by_super = isinstance(node.value, ast.Call) and last_name(node.value.func) == "super"
    if node.attr in TRICKS and not by_super:
        yield _at(of, node, f"uses {node.attr}")
    if node.attr == "__call__" and last_name(node.value) in _METACLASSES:
        yield _at(of, node, f"uses {last_name(node.value)}.__call__")
    if node.attr == "__class__" and isinstance(node.ctx, ast.Store | ast.Del):
        yield _at(of, node, "changes __class__")


_MUTABLE_CALLS = frozenset(
    {
        *("dict", "list", "set", "bytearray", "defaultdict", "deque", "OrderedDict", "Counter", "ChainMap"),
        *(
            "WeakKeyDictionary",
            "WeakValueDictionary",
            "WeakSet",
            "local",
            "ContextVar",
            "Queue",
            "SimpleQueue",
        ),
        *("Lock", "RLock", "Event", "Condition", "Semaphore", "count", "cycle"),
    }
)
_CHANGES = frozenset(
    {
        *("append", "add", "update", "extend", "insert", "setdefault", "pop", "popitem", "clear", "remove"),
        *("discard", "appendleft", "sort", "reverse"),
    }
)
_DISPLAYS = (ast.Dict, ast.List, ast.Set, ast.DictComp, ast.ListComp, ast.SetComp)


def module_state(of: Source) -> Iterator[str]:
    """Module-level state that can change: all users would share it, and all applications of a process.

    A table in capitals is a constant as long as its own module changes nothing in it.
    """
    for node in of.nodes:
        if isinstance(node, ast.Global):
            yield _at(of, node, f"global {', '.join(node.names)}")
    tables: dict[str, ast.AST] = {}
    for node in of.tree.body:
        for name, value in _assigned(node):
            if name.startswith("__") and name.endswith("__"):
                continue
            if isinstance(value, _DISPLAYS) and name.lstrip("_").isupper():
                tables[name] = node
            elif isinstance(value, _DISPLAYS) or (
                isinstance(value, ast.Call) and last_name(value.func) in _MUTABLE_CALLS
            ):
                yield _at(of, node, f"{name} is module-level state")
    yield from _changed(of, tables)


def _assigned(node: ast.stmt) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(node, ast.Assign):
        yield from ((last_name(target), node.value) for target in node.targets)
    elif isinstance(node, ast.AnnAssign) and node.value is not None:
        yield last_name(node.target), node.value


def _changed(of: Source, tables: Mapping[str, ast.AST]) -> Iterator[str]:
    for node in of.nodes:
        item = isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store | ast.Del)
        method = isinstance(node, ast.Attribute) and node.attr in _CHANGES
        name = last_name(node.value) if isinstance(node, ast.Subscript | ast.Attribute) else ""
        if (item or method) and name in tables:
            yield _at(of, node, f"changes the module's table {name}")


def sizes(of: Source) -> Iterator[str]:
    """Modules of 250 lines, functions of 30 statements and classes of 180 lines are the most."""
    if of.lines > 250:
        yield f"{of.path}:1 has {of.lines} lines"
    for node in of.nodes:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            count = sum(isinstance(part, ast.stmt) for part in ast.walk(node)) - 1
            count -= ast.get_docstring(node) is not None
            if count > 30:
                yield _at(of, node, f"{node.name} has {count} statements")
        elif isinstance(node, ast.ClassDef) and (node.end_lineno or 0) - node.lineno + 1 > 180:
            yield _at(of, node, f"{node.name} has {(node.end_lineno or 0) - node.lineno + 1} lines")
