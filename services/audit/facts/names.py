"""How expressions are named: dotted paths, and the classes that an annotation promises."""

import ast
import re
from collections.abc import Iterator

WORD = re.compile(r"[A-Za-z_][\w.]*")
_INSTANCES = frozenset(
    {"Optional", "Union", "Annotated", "Awaitable", "Coroutine", "AsyncIterator", "Iterator", "Iterable"}
    | {"Generator", "AsyncGenerator", "AsyncIterable", "ContextManager", "AsyncContextManager", "Final"}
    | {
        "AbstractContextManager",
        "AbstractAsyncContextManager",
        "ClassVar",
        "Future",
        "Task",
        "tuple",
        "Tuple",
    }
)
"""Generic types whose argument is what a caller ends up with."""
_CONTAINERS = frozenset(
    {
        "dict",
        "Dict",
        "list",
        "List",
        "set",
        "Set",
        "defaultdict",
        "OrderedDict",
        "WeakValueDictionary",
        "deque",
    }
    | {"Mapping", "MutableMapping", "Sequence"}
)


def is_class_name(name: str) -> bool:
    """Whether the last part of a name is written like a class."""
    return name.rpartition(".")[2].lstrip("_")[:1].isupper()


def dotted(node: ast.AST | None) -> str:
    """Return ``a.b.C`` for such an expression, for ``a.b.C[int]`` too; empty for any other."""
    parts = []
    while True:
        if isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        elif isinstance(node, ast.Subscript) and not parts:
            node = node.value
        else:
            break
    if not isinstance(node, ast.Name):
        return ""
    parts.append(node.id)
    return ".".join(reversed(parts))


def instances(node: ast.expr | None) -> Iterator[str]:
    """Yield the classes of which an annotation promises an instance."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        node = parsed(node.value)
    if isinstance(node, ast.BinOp):
        yield from instances(node.left)
        yield from instances(node.right)
    elif isinstance(node, ast.Subscript):
        yield from _of_generic(node)
    else:
        name = dotted(node)
        if name and is_class_name(name):
            yield name


def contained(node: ast.expr | None) -> Iterator[str]:
    """Yield the classes of which an annotation promises many, in a list or a table."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        node = parsed(node.value)
    if isinstance(node, ast.Subscript) and dotted(node.value).rpartition(".")[2] in _CONTAINERS:
        for part in node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]:
            yield from instances(part)


def parsed(text: str) -> ast.expr | None:
    """Return the expression of a quoted annotation, None when it is none."""
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _of_generic(node: ast.Subscript) -> Iterator[str]:
    head = dotted(node.value).rpartition(".")[2]
    if head not in _INSTANCES:
        if is_class_name(head) and head not in {*_CONTAINERS, "Type", "Callable", "Literal", "ContextVar"}:
            yield dotted(node.value)
        return
    inner = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    if head in {"Annotated", "Generator", "AsyncGenerator"}:
        inner = inner[:1]
    elif head == "Coroutine":
        inner = inner[-1:]
    for part in inner:
        yield from instances(part)
