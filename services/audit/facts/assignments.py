"""What assignments say: which names hold what, and which of them live as long as the process."""

import ast
from collections.abc import Iterable

from services.audit.facts.expressions import waiting_for
from services.audit.facts.ledger import Around, Ledger, Waiting
from services.audit.facts.names import contained, dotted, instances, is_class_name
from services.audit.facts.records import Bypass, Class, Function, Held
from services.audit.facts.scopes import CLASS, FUNCTION, MODULE, Scope, key, text_of


def read_assign(ledger: Ledger, scope: Scope, around: Around, node: ast.Assign) -> None:
    """Write down an assignment, pair by pair where both sides are tuples."""
    for target in node.targets:
        if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
            for one, value in zip(target.elts, node.value.elts, strict=False):
                bind(ledger, scope, around, one, value)
        else:
            bind(ledger, scope, around, target, node.value)


def read_annotated(ledger: Ledger, scope: Scope, around: Around, node: ast.AnnAssign) -> None:
    """Write down an annotated name, with its value if it has one."""
    name, kinds = key(node.target), list(instances(node.annotation))
    if node.value is not None:
        bind(ledger, scope, around, node.target, node.value)
    if kinds:
        remember(scope, name, kinds[0])
    if scope.kind != FUNCTION and isinstance(node.target, ast.Name) and not around.main:
        for kind in kinds:
            ledger.held.append(Held(node.lineno, scope.name, name, "annotation", kind))
        for kind in contained(node.annotation) if _is_filled(node.value) else ():
            ledger.held.append(Held(node.lineno, scope.name, name, "container", kind))


def _is_filled(value: ast.expr | None) -> bool:
    """Whether a value is a table or list that stays with the name, not what a field makes anew."""
    if isinstance(value, ast.Call):
        return dotted(value.func).rpartition(".")[2] not in {"field", "Field", "PrivateAttr", "attrib", "ib"}
    return isinstance(value, ast.Dict | ast.List | ast.Set | ast.DictComp | ast.ListComp)


def bind(ledger: Ledger, scope: Scope, around: Around, target: ast.expr, value: ast.expr) -> None:
    """Write down that a target is given a value."""
    name, made = key(target), list(scope.values(value))
    if made and name:
        scope.made.setdefault(name, []).extend(made)
    if isinstance(target, ast.Name):
        _name(ledger, scope, target, value)
    elif isinstance(target, ast.Attribute):
        _attribute(ledger, scope, target, value)
    elif isinstance(target, ast.Subscript):
        _item(ledger, scope, target, value)
    kind = _kind(scope, value)
    if kind and name not in scope.aliases:
        remember(scope, name, kind)
    if not around.main:
        _held(ledger, scope, target, value, made)
    if isinstance(value, ast.Call) and isinstance(target, ast.Name | ast.Attribute):
        _maybe_waiting(ledger, scope, name, value)


def remember(scope: Scope, name: str, kind: str) -> None:
    """Remember the class of a local variable or of an attribute of ``self``."""
    root, _, attribute = name.partition(".")
    owner = scope.owner
    if root == "self" and attribute and "." not in attribute and owner is not None:
        owner.types.setdefault(attribute, kind)
    elif name and not attribute:
        scope.types[name] = kind


def _kind(scope: Scope, value: ast.expr) -> str:
    if isinstance(value, ast.Name):
        return scope.type_of(value.id)
    if isinstance(value, ast.Await | ast.Call):
        return scope.receiver(value)
    if isinstance(value, ast.IfExp | ast.BoolOp):
        parts = [value.body, value.orelse] if isinstance(value, ast.IfExp) else value.values
        return next((found for part in parts if (found := _kind(scope, part))), "")
    return ""


def _name(ledger: Ledger, scope: Scope, target: ast.Name, value: ast.expr) -> None:
    if target.id == "__all__" and scope.kind == MODULE:
        export(ledger, value)
    if isinstance(value, ast.Lambda):
        gives = list(dict.fromkeys(scope.values(value.body)))
        _function(ledger, scope, target, "lambda", gives)
    elif isinstance(value, ast.Call):
        _call(ledger, scope, target, value)
    if scope.kind == FUNCTION:
        named = scope.callee(value) if isinstance(value, ast.Name | ast.Attribute | ast.Call) else ""
        if (named and is_class_name(named) and not isinstance(value, ast.Call)) or named.startswith("/"):
            scope.aliases[target.id] = named
        elif isinstance(value, ast.Call) and dotted(value.func).endswith("import_module") and value.args:
            if module := text_of(value.args[0]):
                scope.aliases[target.id] = f"/{module}"
        elif (
            isinstance(value, ast.Call)
            and dotted(value.func) == "getattr"
            and is_class_name(found := scope.callee(ast.Attribute(value, "_", ast.Load())).removesuffix("._"))
        ):
            scope.aliases[target.id] = found


def _call(ledger: Ledger, scope: Scope, target: ast.Name, value: ast.Call) -> None:
    last = dotted(value.func).rpartition(".")[2]
    if last == "partial" and value.args and (inner := scope.callee(value.args[0])):
        _function(ledger, scope, target, "partial", [inner])
    elif last == "type" and len(value.args) == 3:
        _made_class(ledger, scope, target, value)


def _function(ledger: Ledger, scope: Scope, target: ast.Name, how: str, gives: list[str]) -> None:
    owner = scope.owner
    row = Function(target.lineno, scope.inner(target.id), owner.name if owner else "", "", [how], [], gives)
    ledger.functions.append(row)


def _made_class(ledger: Ledger, scope: Scope, target: ast.Name, value: ast.Call) -> None:
    bases, body = value.args[1], value.args[2]
    names = [dotted(base) for base in bases.elts] if isinstance(bases, ast.Tuple) else []
    name = scope.inner(target.id)
    ledger.classes.append(Class(target.lineno, name, names, "", ["type"], {}, "", 0, False))
    for part in body.keys if isinstance(body, ast.Dict) else []:
        if method := text_of(part):
            ledger.functions.append(Function(value.lineno, f"{name}.{method}", name, "", [], [], []))


def export(ledger: Ledger, value: ast.expr) -> None:
    """Add to what the module says it exports."""
    if isinstance(value, ast.List | ast.Tuple | ast.Set):
        found = [text for part in value.elts if (text := text_of(part))]
        ledger.exported = [*(ledger.exported or []), *found]


def _attribute(ledger: Ledger, scope: Scope, target: ast.Attribute, value: ast.expr) -> None:
    base = dotted(target.value)
    if base in {"", "self"} and target.attr != "__class__":
        return
    owner = scope.owner
    receiver = scope.receiver(target.value)
    if base == "self" and owner is not None:
        receiver = owner.name
    if target.attr == "__class__":
        for name in dict.fromkeys((scope.callee(value), receiver)):
            if name:
                ledger.bypasses.append(Bypass(target.lineno, scope.name, "class", name, "__class__"))
    elif base not in ledger.modules and base != "cls":
        ledger.bypasses.append(Bypass(target.lineno, scope.name, "set", receiver, target.attr))


def _item(ledger: Ledger, scope: Scope, target: ast.Subscript, value: ast.expr) -> None:
    """``thing.__dict__["name"] = value`` and ``vars(thing)["name"] = value``."""
    base, attribute = target.value, text_of(target.slice)
    if isinstance(base, ast.Attribute) and base.attr == "__dict__":
        ledger.bypasses.append(
            Bypass(target.lineno, scope.name, "set", scope.receiver(base.value), attribute or "__dict__")
        )
    elif isinstance(base, ast.Call) and dotted(base.func) == "vars" and base.args:
        receiver = scope.receiver(base.args[0])
        ledger.bypasses.append(Bypass(target.lineno, scope.name, "set", receiver, attribute or "__dict__"))
    elif isinstance(base, ast.Call) and dotted(base.func) == "globals":
        for name in scope.values(value):
            ledger.held.append(Held(target.lineno, scope.name, attribute, "global", name))


def _held(ledger: Ledger, scope: Scope, target: ast.expr, value: ast.expr, made: Iterable[str]) -> None:
    name = dotted(target)
    root, _, attribute = name.partition(".")
    if not name:
        return
    if scope.kind != FUNCTION and not attribute:
        alias = scope.callee(value) if isinstance(value, ast.Name | ast.Attribute | ast.Subscript) else ""
        if alias and is_class_name(alias):
            ledger.held.append(Held(target.lineno, scope.name, name, "alias", alias))
        ledger.held.extend(Held(target.lineno, scope.name, name, "call", each) for each in made)
    elif not attribute and name in scope.globals:
        ledger.held.extend(Held(target.lineno, scope.name, name, "global", each) for each in made)
    elif attribute and _lives_on(ledger, scope, root):
        ledger.held.extend(Held(target.lineno, scope.name, name, "attribute", each) for each in made)


def _lives_on(ledger: Ledger, scope: Scope, root: str) -> bool:
    """Whether an attribute of this name outlives the call: the name is a class, a module or a module's."""
    return root == "cls" or is_class_name(root) or root in ledger.modules or scope.kind == MODULE


def _maybe_waiting(ledger: Ledger, scope: Scope, name: str, value: ast.Call) -> None:
    record = waiting_for(scope, value, "kept")
    if record is not None and (name.startswith("self.") or "." not in name) and scope.kind == FUNCTION:
        if name not in scope.globals:
            ledger.waiting.append(Waiting(record, name, scope))
    elif record is not None and scope.kind in {MODULE, CLASS}:
        ledger.waiting.append(Waiting(record, name, scope))
