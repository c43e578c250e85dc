"""One file's text in, its records out: the walk over the statements."""

import ast
import warnings
from collections.abc import Iterable
from typing import Any

from services.audit.facts.assignments import export, read_annotated, read_assign
from services.audit.facts.definitions import (
    Definition,
    class_record,
    class_scope,
    function_record,
    function_scope,
)
from services.audit.facts.expressions import candidate, scan
from services.audit.facts.imports import read_import
from services.audit.facts.ledger import Around, Ledger
from services.audit.facts.names import dotted
from services.audit.facts.records import Bypass, FileFacts
from services.audit.facts.scopes import MODULE, Scope, key
from services.audit.facts.silences import silences

_IMPORT_FAULTS = frozenset({"ImportError", "ModuleNotFoundError", "Exception", "BaseException"})


def read_source(text: str) -> FileFacts:
    """Return the records of a file.

    Raises ``SyntaxError``, ``ValueError``, ``RecursionError`` or ``MemoryError`` for a text that is no Python
    or too deeply nested.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what the file's author does with a backslash is not ours to say
        tree = ast.parse(text)
    ledger, module = Ledger(text), Scope(MODULE)
    ledger.docstring(tree.body)
    _block(ledger, module, Around(), tree.body)
    ledger.closed(module)
    return ledger.facts(silences(text))


def _block(ledger: Ledger, scope: Scope, around: Around, body: Iterable[ast.stmt]) -> None:
    for node in body:
        _READERS.get(type(node), _plain)(ledger, scope, around, node)


def _plain(ledger: Ledger, scope: Scope, around: Around, node: ast.AST) -> None:
    scan(ledger, scope, *ast.iter_child_nodes(node))


def _class(ledger: Ledger, scope: Scope, around: Around, node: ast.ClassDef) -> None:
    inner = class_scope(ledger, scope, node)
    place = len(ledger.classes)
    _block(ledger, inner, Around(typing=around.typing), node.body)
    ledger.closed(inner)
    ledger.classes.insert(place, class_record(ledger, scope, around, node, inner))


def _function(ledger: Ledger, scope: Scope, around: Around, node: Definition) -> None:
    inner = function_scope(ledger, scope, node)
    place = len(ledger.functions)
    _block(ledger, inner, Around(), node.body)
    ledger.closed(inner)
    ledger.functions.insert(place, function_record(scope, around, node, inner))


def _if(ledger: Ledger, scope: Scope, around: Around, node: ast.If) -> None:
    branch: ast.If | None = node
    while branch is not None:  # a long chain of elif is a deep tree
        test = dotted(branch.test).rpartition(".")[2]
        main = isinstance(branch.test, ast.Compare) and dotted(branch.test.left) == "__name__"
        here = around._replace(
            typing=around.typing or test == "TYPE_CHECKING", branch=True, main=around.main or main
        )
        candidate(ledger, scope, branch.test, "tested")
        scan(ledger, scope, branch.test)
        _block(ledger, scope, here, branch.body)
        rest = branch.orelse
        branch = rest[0] if len(rest) == 1 and isinstance(rest[0], ast.If) else None
        if branch is None:
            _block(ledger, scope, around._replace(branch=True), rest)


def _while(ledger: Ledger, scope: Scope, around: Around, node: ast.While) -> None:
    scan(ledger, scope, node.test)
    _block(ledger, scope, around, node.body)
    _block(ledger, scope, around, node.orelse)


def _try(ledger: Ledger, scope: Scope, around: Around, node: ast.Try | ast.TryStar) -> None:
    caught = {
        dotted(name).rpartition(".")[2]
        for handler in node.handlers
        for name in (handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type])
        if name is not None
    }
    bare = any(handler.type is None for handler in node.handlers)
    optional = around.optional or bare or bool(caught & _IMPORT_FAULTS)
    here = around._replace(optional=optional, branch=True)
    _block(ledger, scope, here, node.body)
    for handler in node.handlers:
        scan(ledger, scope, handler.type)
        _block(ledger, scope, here, handler.body)
    _block(ledger, scope, here, node.orelse)
    _block(ledger, scope, around, node.finalbody)


def _with(ledger: Ledger, scope: Scope, around: Around, node: ast.With | ast.AsyncWith) -> None:
    for item in node.items:
        candidate(ledger, scope, item.context_expr, "with")
        scan(ledger, scope, item.context_expr)
        if item.optional_vars is not None:
            made = list(scope.values(item.context_expr))
            name = key(item.optional_vars)
            if made and name:
                scope.made.setdefault(name, []).extend(made)
            if made and name and "." not in name:
                scope.types[name] = scope.receiver(item.context_expr)
    _block(ledger, scope, around, node.body)


def _for(ledger: Ledger, scope: Scope, around: Around, node: ast.For | ast.AsyncFor) -> None:
    candidate(ledger, scope, node.iter, "iterated")
    scan(ledger, scope, node.iter)
    made = scope.made.get(f"{key(node.iter)}[]")
    if made and isinstance(node.target, ast.Name):
        scope.made[node.target.id] = made
    _block(ledger, scope, around, node.body)
    _block(ledger, scope, around, node.orelse)


def _match(ledger: Ledger, scope: Scope, around: Around, node: ast.Match) -> None:
    scan(ledger, scope, node.subject)
    for case in node.cases:
        scan(ledger, scope, case.pattern, case.guard)
        _block(ledger, scope, around._replace(branch=True), case.body)


def _return(ledger: Ledger, scope: Scope, around: Around, node: ast.Return) -> None:
    if node.value is not None:
        scope.given.append(node.value)
        scan(ledger, scope, node.value)


def _expression(ledger: Ledger, scope: Scope, around: Around, node: ast.Expr) -> None:
    candidate(ledger, scope, node.value, "dropped")
    scan(ledger, scope, node.value)


def _assign(ledger: Ledger, scope: Scope, around: Around, node: ast.Assign) -> None:
    scan(ledger, scope, node.value)
    for target in node.targets:
        _target(ledger, scope, target)
    read_assign(ledger, scope, around, node)


def _annotated(ledger: Ledger, scope: Scope, around: Around, node: ast.AnnAssign) -> None:
    scan(ledger, scope, node.annotation, node.value)
    _target(ledger, scope, node.target)
    read_annotated(ledger, scope, around, node)


def _augmented(ledger: Ledger, scope: Scope, around: Around, node: ast.AugAssign) -> None:
    scan(ledger, scope, node.value)
    if dotted(node.target) == "__all__":
        export(ledger, node.value)
    else:
        _target(ledger, scope, node.target)


def _target(ledger: Ledger, scope: Scope, node: ast.expr) -> None:
    """Read the parts of a target that are read: ``a`` in ``a.b = 1``, but not ``b`` in ``b = 1``."""
    if isinstance(node, ast.Subscript):
        scan(ledger, scope, node.value, node.slice)
    elif isinstance(node, ast.Attribute):
        root = dotted(node).partition(".")[0]
        if root:
            ledger.loads.add(root)
        else:
            scan(ledger, scope, node.value)
    elif isinstance(node, ast.Tuple | ast.List):
        for part in node.elts:
            _target(ledger, scope, part)


def _delete(ledger: Ledger, scope: Scope, around: Around, node: ast.Delete) -> None:
    for target in node.targets:
        if isinstance(target, ast.Attribute) and dotted(target.value) not in {"", "self", "cls"}:
            receiver = scope.receiver(target.value)
            ledger.bypasses.append(Bypass(target.lineno, scope.name, "set", receiver, target.attr))


def _global(ledger: Ledger, scope: Scope, around: Around, node: ast.Global) -> None:
    scope.globals.update(node.names)


def _import(ledger: Ledger, scope: Scope, around: Around, node: ast.Import | ast.ImportFrom) -> None:
    read_import(ledger, scope, around, node)


_READERS: dict[type, Any] = {
    ast.ClassDef: _class,
    ast.FunctionDef: _function,
    ast.AsyncFunctionDef: _function,
    ast.If: _if,
    ast.While: _while,
    ast.Try: _try,
    ast.TryStar: _try,
    ast.With: _with,
    ast.AsyncWith: _with,
    ast.For: _for,
    ast.AsyncFor: _for,
    ast.Match: _match,
    ast.Return: _return,
    ast.Expr: _expression,
    ast.Assign: _assign,
    ast.AnnAssign: _annotated,
    ast.AugAssign: _augmented,
    ast.Delete: _delete,
    ast.Global: _global,
    ast.Import: _import,
    ast.ImportFrom: _import,
}
