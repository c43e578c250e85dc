"""What expressions say: which classes are called, which methods are used, what is reached around a class."""

import ast
import re

from services.audit.facts.ledger import Ledger
from services.audit.facts.names import dotted, is_class_name
from services.audit.facts.records import EAGER, LAZY, Bypass, Call, Import, Unawaited
from services.audit.facts.scopes import Scope, text_of

MAKING = re.compile(
    r"(?:^|_)(?:create|make|build|get|new|open|provide|acquire|obtain|spawn|construct|produce|start|init|setup"
    r"|for|connect|resolve|assemble|load|instantiate|prepare|factory|from|issue|checkout|launch)(?:_|$)"
)
"""Names of functions that may be factories."""
_COROUTINE = frozenset({"__await__", "send", "throw", "close", "cr_frame", "cr_running", "cr_code"})
_EVERYDAY = frozenset(
    {"append", "get", "items", "keys", "values", "join", "split", "strip", "format", "extend", "pop", "lower"}
    | {
        "upper",
        "startswith",
        "endswith",
        "replace",
        "encode",
        "decode",
        "copy",
        "sort",
        "insert",
        "setdefault",
    }
    | {
        "debug",
        "info",
        "warning",
        "error",
        "exception",
        "rstrip",
        "lstrip",
        "splitlines",
        "isoformat",
        "exists",
    }
    | {"add_argument", "assert_called_once", "assert_called_once_with", "return_value", "mkdir", "read_text"}
)
_PROVIDERS = frozenset(
    {"partial", "Factory", "Singleton", "ThreadSafeSingleton", "Resource", "Scoped", "Shared"}
)
_NEW = frozenset({"__new__", "__reduce_ex__", "__reduce__"})
_LEAVES = (ast.Constant, ast.expr_context, ast.operator, ast.unaryop, ast.boolop, ast.cmpop)


def scan(ledger: Ledger, scope: Scope, *nodes: ast.AST | None) -> None:
    """Read expressions; not recursive, since generated ones can be very deep."""
    stack: list[ast.AST | None] = list(nodes)
    while stack:
        node = stack.pop()
        if node is None or isinstance(node, _LEAVES):
            continue
        if isinstance(node, ast.Name):
            ledger.loads.add(node.id)
            scope.loose.add(node.id)
        elif isinstance(node, ast.Call):
            _call(ledger, scope, node, stack)
        elif isinstance(node, ast.Attribute):
            _attribute(ledger, scope, node, stack)
        else:
            _other(ledger, scope, node, stack)


def candidate(ledger: Ledger, scope: Scope, node: ast.AST | None, how: str) -> None:
    """Note a call whose result is used as a value, if it may be a factory's."""
    if isinstance(node, ast.Call) and (record := waiting_for(scope, node, how)) is not None:
        ledger.unawaited.append(record)


def waiting_for(scope: Scope, node: ast.Call, how: str) -> Unawaited | None:
    """Return the record of such a call, None when it cannot be a factory's."""
    name = scope.callee(node.func)
    last = name.rpartition(".")[2]
    return Unawaited(node.lineno, scope.name, name, how) if MAKING.search(last) else None


def _other(ledger: Ledger, scope: Scope, node: ast.AST, stack: list[ast.AST | None]) -> None:
    if isinstance(node, ast.Yield):
        scope.generator = True
        if node.value is not None:
            scope.given.append(node.value)
    elif isinstance(node, ast.YieldFrom):
        scope.generator = True
    elif isinstance(node, ast.Subscript):
        candidate(ledger, scope, node.value, "item")
    elif isinstance(node, ast.BoolOp):
        for part in node.values[:-1]:
            candidate(ledger, scope, part, "tested")
    elif isinstance(node, ast.Compare) and _asks_for_none(node):
        ledger.loads.add(dotted(node.left))  # to ask whether it is None is no use of a value
        return
    elif isinstance(node, ast.NamedExpr):
        scope.made[node.target.id] = list(scope.values(node.value))
    _parts(node, stack)


def _asks_for_none(node: ast.Compare) -> bool:
    is_none = isinstance(node.comparators[0], ast.Constant) and node.comparators[0].value is None
    return is_none and isinstance(node.left, ast.Name) and len(node.comparators) == 1


def _parts(node: ast.AST, stack: list[ast.AST | None]) -> None:
    for field in node._fields:
        value = getattr(node, field)
        if isinstance(value, list):
            stack.extend(part for part in value if isinstance(part, ast.AST))
        elif isinstance(value, ast.AST):
            stack.append(value)


def _attribute(ledger: Ledger, scope: Scope, node: ast.Attribute, stack: list[ast.AST | None]) -> None:
    base: ast.expr = node.value
    if isinstance(base, ast.Name) and base.id == "self":
        scope.loose.add(f"self.{node.attr}")
    last = node.attr
    while isinstance(base, ast.Attribute):
        last, base = base.attr, base.value
    if isinstance(base, ast.Name):
        ledger.loads.add(base.id)
        return
    if last not in _COROUTINE:
        candidate(ledger, scope, base, "attribute")
    stack.append(base)


def _call(ledger: Ledger, scope: Scope, node: ast.Call, stack: list[ast.AST | None]) -> None:
    stack.extend(node.args)
    stack.extend(keyword.value for keyword in node.keywords)
    func = node.func
    if isinstance(func, ast.Attribute) and isinstance(func.value, ast.Name) and func.value.id == "self":
        ledger.loads.add("self")
    elif isinstance(func, ast.Name):
        ledger.loads.add(func.id)
    else:
        stack.append(func)
    name = scope.callee(func)
    if name:
        _constructed(ledger, scope, node, name)
        _by_name(ledger, scope, node, name)
    if isinstance(func, ast.Attribute):
        _used(ledger, scope, node, func)


def _constructed(ledger: Ledger, scope: Scope, node: ast.Call, name: str) -> None:
    owner = scope.owner
    last = name.rpartition(".")[2]
    if name in {"cls", "self.__class__"} and owner is not None:
        ledger.calls.append(Call(node.lineno, scope.name, owner.name, "cls"))
    elif is_class_name(last):
        ledger.calls.append(Call(node.lineno, scope.name, name, "call"))
    if last in _PROVIDERS and node.args:
        inner = scope.callee(node.args[0])
        if inner and is_class_name(inner):
            ledger.calls.append(Call(node.lineno, scope.name, inner, "partial"))
    for keyword in node.keywords:
        if keyword.arg in {"default_factory", "factory"} and is_class_name(dotted(keyword.value)):
            ledger.calls.append(Call(node.lineno, scope.name, scope.callee(keyword.value), "factory"))


def _used(ledger: Ledger, scope: Scope, node: ast.Call, func: ast.Attribute) -> None:
    if func.attr in _NEW or (func.attr == "__call__" and scope.callee(func.value) in {"type", "ABCMeta"}):
        _new(ledger, scope, node, func)
    elif func.attr not in _EVERYDAY and not is_class_name(func.attr):
        receiver = scope.receiver(func.value)
        if receiver and receiver != "self" and not receiver.startswith("super()"):
            scope.uses.setdefault(receiver, {}).setdefault(func.attr, node.lineno)


def _new(ledger: Ledger, scope: Scope, node: ast.Call, func: ast.Attribute) -> None:
    base = scope.receiver(func.value)
    own = scope.name.rpartition(".")[2] in {"__new__", "__reduce__", "__reduce_ex__", "__copy__"}
    if base == "super()" or (own and base in {"object", "cls"}):
        return
    first = scope.callee(node.args[0]) if node.args else ""
    target = first if base in {"object", "type", "ABCMeta"} or (base and not is_class_name(base)) else base
    for name in {target or base}:
        owner = scope.owner
        known = owner.name if name in {"cls", "self", "self.__class__"} and owner is not None else name
        ledger.bypasses.append(Bypass(node.lineno, scope.name, func.attr, known, func.attr))


def _by_name(ledger: Ledger, scope: Scope, node: ast.Call, name: str) -> None:
    """Calls that reach a module, an attribute or a copy by name."""
    last = name.rpartition(".")[2]
    first = node.args[0] if node.args else None
    if last in {"import_module", "__import__"} and (module := text_of(first)):
        kind = LAZY if scope.lazy else EAGER
        ledger.imports.append(Import(node.lineno, kind, module, "", "", scope.name, False, True))
    elif last in {"setattr", "delattr", "__setattr__"} and len(node.args) > 1 and first is not None:
        attribute = text_of(node.args[1])
        how = "class" if attribute == "__class__" else "set"
        ledger.bypasses.append(Bypass(node.lineno, scope.name, how, scope.receiver(first), attribute))
    elif last in {"copy", "deepcopy"} and name in {last, f"copy.{last}"} and first is not None:
        if target := scope.receiver(first):
            ledger.bypasses.append(Bypass(node.lineno, scope.name, "copy", target, last))
    elif name == "getattr" and len(node.args) > 1 and text_of(node.args[1]) in _NEW and first is not None:
        target = scope.callee(first)
        ledger.bypasses.append(Bypass(node.lineno, scope.name, "__new__", target, text_of(node.args[1])))
