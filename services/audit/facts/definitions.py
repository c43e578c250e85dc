"""What definitions say: classes with their bases, functions with what they promise and what they give."""

import ast
from collections.abc import Iterator
from hashlib import blake2b

from services.audit.facts.expressions import scan
from services.audit.facts.ledger import Around, Ledger
from services.audit.facts.names import dotted, instances
from services.audit.facts.records import Class, Function
from services.audit.facts.scopes import CLASS, FUNCTION, MODULE, Scope, text_of

Definition = ast.FunctionDef | ast.AsyncFunctionDef


def class_scope(ledger: Ledger, scope: Scope, node: ast.ClassDef) -> Scope:
    """Read a class's head and return the scope of its body."""
    scan(ledger, scope, *node.decorator_list, *node.bases, *(keyword.value for keyword in node.keywords))
    ledger.docstring(node.body)
    return Scope(CLASS, scope.inner(node.name), scope)


def class_record(ledger: Ledger, scope: Scope, around: Around, node: ast.ClassDef, inner: Scope) -> Class:
    """Return the record of a class whose body has been read into ``inner``."""
    shape, size = _shape(ledger, node)
    keywords = {keyword.arg: dotted(keyword.value) for keyword in node.keywords}
    return Class(
        node.lineno,
        inner.name,
        [name for base in node.bases if (name := scope.callee(base))],
        keywords.get("metaclass", ""),
        list(_decorators(node)),
        {name: kind for name, kind in inner.types.items() if kind},
        shape,
        size,
        around.branch or scope.kind != MODULE,
    )


def function_scope(ledger: Ledger, scope: Scope, node: Definition) -> Scope:
    """Read a function's head and return the scope of its body, in which its parameters have their types."""
    arguments = node.args
    scan(ledger, scope, *node.decorator_list, *arguments.defaults, *arguments.kw_defaults)
    ledger.docstring(node.body)
    inner = Scope(FUNCTION, scope.inner(node.name), scope)
    for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
        kind = next(instances(each.annotation), "")
        inner.types[each.arg] = kind
        scan(ledger, scope, each.annotation)
    scan(ledger, scope, node.returns)
    return inner


def function_record(scope: Scope, around: Around, node: Definition, inner: Scope) -> Function:
    """Return the record of a function whose body has been read into ``inner``."""
    decorators = list(_decorators(node))
    flags = "a" if isinstance(node, ast.AsyncFunctionDef) else ""
    flags += "g" if inner.generator else ""
    flags += "s" if _is_stub(node.body) else ""
    flags += "n" if any("NotImplemented" in _raised(each) for each in node.body) and "s" in flags else ""
    flags += "x" if any(name.rpartition(".")[2].startswith("abstract") for name in decorators) else ""
    flags += "c" if around.branch else ""
    flags += "r" if any(not isinstance(value, ast.Constant) for value in inner.given) else ""
    gives = dict.fromkeys(name for value in inner.given for name in inner.values(value))
    owner = scope.name if scope.kind == CLASS else ""
    returns = list(dict.fromkeys(instances(node.returns)))
    bound = bool(owner) and "staticmethod" not in decorators
    parameters = list(_parameters(node.args))[1 if bound else 0 :]
    return Function(node.lineno, inner.name, owner, flags, decorators, returns, list(gives), parameters)


def _parameters(of: ast.arguments) -> Iterator[str]:
    plain = [*of.posonlyargs, *of.args]
    needed = len(plain) - len(of.defaults)
    yield from (each.arg if place < needed else f"{each.arg}=" for place, each in enumerate(plain))
    if of.vararg is not None:
        yield f"*{of.vararg.arg}"
    for each, default in zip(of.kwonlyargs, of.kw_defaults, strict=True):
        yield each.arg if default is None else f"{each.arg}="
    if of.kwarg is not None:
        yield f"**{of.kwarg.arg}"


def _decorators(node: Definition | ast.ClassDef) -> Iterator[str]:
    for mark in node.decorator_list:
        name = dotted(mark.func if isinstance(mark, ast.Call) else mark)
        if name:
            yield name


def _is_stub(body: list[ast.stmt]) -> bool:
    """Whether a body does nothing: a docstring, ``...``, ``pass``, or the word that it is not implemented."""
    return all(
        isinstance(each, ast.Pass)
        or (isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant))
        or "NotImplemented" in _raised(each)
        for each in body
    )


def _raised(node: ast.stmt) -> str:
    error = node.exc if isinstance(node, ast.Raise) else None
    return dotted(error.func if isinstance(error, ast.Call) else error) + text_of(error)


def _shape(ledger: Ledger, node: ast.ClassDef) -> tuple[str, int]:
    kept = []
    for number in range(node.lineno + 1, (node.end_lineno or node.lineno) + 1):
        line = ledger.lines[number - 1].strip() if number <= len(ledger.lines) else ""
        if line and line[0] != "#" and number not in ledger.docstrings:
            kept.append(line.replace(node.name, "\0"))
    return blake2b("\n".join(kept).encode("utf-8", "replace"), digest_size=8).hexdigest(), len(kept)
